// SPDX-License-Identifier: MIT
/*
 * main.c - boots many seeds, and tells what breaks.
 *
 * usage: sim [--from SEED] [--seeds N]	boots N seeds; for each rule that breaks its first seed, the
 *					smallest world in which it breaks, and what happens there
 *	  sim --seed SEED		one, with its world and all that happens
 *	  sim --world FILE		the same of a world that was kept
 *	  sim --kept DIRECTORY		all worlds that were kept, without a word where all hold
 *	  sim --compare N		N seeds twice, the second time with a process for each
 *child: both are the same, byte for byte
 *	  sim --planted N		that each bug of plant.c is found within N seeds
 *	  --plant BUG			boots /init with this bug
 * Exit status 1 where a rule breaks.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/kernel.h"
#include "tests/sim/sim.h"

#define TRANSCRIPT_SIZE (4 << 20)
#define RULES_MAX 12
#define RULE_SIZE 160
#define HANG_S 5 /* of real time, for 256 boots */
#define STEP 64

struct rule {
	char text[RULE_SIZE];
	uint64_t seed, count;
};

/* Shared with the process that boots, which a crash may end. */
static struct progress {
	uint64_t seed;
	int rule_count;
	struct rule rules[RULES_MAX];
	char crash[RULE_SIZE]; /* of a single boot */
} * progress;

static char *transcript;

static void *share(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

/* --- rules that broke --- */

bool is_same_rule(const char *a, const char *b)
{
	while (*a && *b) {
		while ((*a >= '0' && *a <= '9') || *a == '/')
			a += 1 + strcspn(a + 1, " ,:;)");
		while ((*b >= '0' && *b <= '9') || *b == '/')
			b += 1 + strcspn(b + 1, " ,:;)");
		if (*a != *b)
			return false;
		if (*a == ':')
			return true; /* what follows is of this boot */
		a += *a != '\0';
		b += *b != '\0';
	}
	return *a == *b;
}

static void keep_rule(const char *text, uint64_t seed)
{
	struct rule *rule = progress->rules;

	while (rule < progress->rules + progress->rule_count && !is_same_rule(rule->text, text))
		rule++;
	if (rule == progress->rules + RULES_MAX)
		return;
	if (rule == progress->rules + progress->rule_count) {
		progress->rule_count++;
		snprintf(rule->text, sizeof(rule->text), "%s", text);
		rule->seed = seed;
		rule->count = 0;
	}
	rule->count++;
}

/* --- one boot, in a process of its own --- */

static void describe_end(int status, char *text)
{
	if (WIFSIGNALED(status))
		snprintf(text, RULE_SIZE, "crashed: %s", strsignal(WTERMSIG(status)));
	else if (status)
		snprintf(text, RULE_SIZE, "crashed: status %d", WEXITSTATUS(status));
}

const char *boot_safely(const struct world *world)
{
	int status;
	pid_t pid;

	progress->crash[0] = '\0';
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		const char *rule;

		alarm(HANG_S);
		rule = boot_run(world);
		if (rule)
			snprintf(progress->crash, RULE_SIZE, "%s", rule);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	describe_end(status, progress->crash);
	return progress->crash[0] ? progress->crash : NULL;
}

static const char *boot_and_trace(const struct world *world)
{
	const char *rule;

	kernel->transcript = transcript;
	kernel->transcript_size = TRANSCRIPT_SIZE;
	kernel->transcript_len = 0;
	rule = boot_safely(world);
	kernel->transcript = NULL;
	return rule;
}

static void print_boot(const struct world *world)
{
	const char *rule = boot_and_trace(world);

	world_print(world, stdout);
	puts("--");
	fwrite(transcript, 1, kernel->transcript_len, stdout);
	printf("-- the log\n%s-- the host was told\n%s-- %s\n", kernel->log, kernel->wire,
	       rule ? rule : "all rules hold");
}

/* --- many --- */

static void boot_seeds(uint64_t from, uint64_t end)
{
	static struct world world;

	for (uint64_t seed = from; seed < end; seed++) {
		const char *rule;

		if ((seed - from) % STEP == 0)
			alarm(HANG_S);
		progress->seed = seed;
		world_draw(&world, seed);
		rule = boot_run(&world);
		if (rule)
			keep_rule(rule, seed);
	}
	_exit(0);
}

/* A crash ends the process: another goes on behind it. */
static void boot_all(uint64_t from, uint64_t end)
{
	char text[RULE_SIZE];
	int status;
	pid_t pid;

	while (from < end) {
		fflush(NULL);
		pid = fork();
		if (pid == 0)
			boot_seeds(from, end);
		waitpid(pid, &status, 0);
		if (status == 0)
			return;
		describe_end(status, text);
		keep_rule(text, progress->seed);
		from = progress->seed + 1;
	}
}

static void report(const struct rule *rule, bool is_planted)
{
	static struct world world;
	char text[RULE_SIZE];

	printf("\nseed %llu: %s (%llu boots)\n", (unsigned long long)rule->seed, rule->text,
	       (unsigned long long)rule->count);
	if (is_planted)
		return;
	snprintf(text, sizeof(text), "%s", rule->text);
	world_draw(&world, rule->seed);
	printf("the smallest world in which this rule breaks, found in %d boots:\n",
	       world_minimise(&world, text));
	print_boot(&world);
}

static int run_seeds(uint64_t from, uint64_t count)
{
	struct timespec start, end;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &start);
	boot_all(from, from + count);
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	for (int i = 0; i < progress->rule_count; i++)
		report(&progress->rules[i], planted != PLANTED_NOTHING);
	printf("# seeds %llu to %llu: %d rules broke; %.0f boots a second\n",
	       (unsigned long long)from, (unsigned long long)(from + count - 1),
	       progress->rule_count, (double)count / seconds);
	return progress->rule_count != 0;
}

/* --- the same seed, the same boot --- */

static int compare(uint64_t from, uint64_t count)
{
	static struct world world;
	char *first = share(TRANSCRIPT_SIZE);
	int differences = 0;

	for (uint64_t seed = from; seed < from + count; seed++) {
		size_t len;

		world_draw(&world, seed);
		proc_forks_always = false;
		boot_and_trace(&world);
		len = kernel->transcript_len;
		memcpy(first, transcript, len);
		proc_forks_always = true;
		boot_and_trace(&world);
		if (len == kernel->transcript_len && memcmp(first, transcript, len) == 0)
			continue;
		printf("seed %llu: its second boot is another\n", (unsigned long long)seed);
		differences++;
	}
	printf("# %llu seeds booted twice: %d differ\n", (unsigned long long)count, differences);
	return differences != 0;
}

/* --- that what is wrong is found --- */

static bool is_found(enum planted bug, const char *rule, uint64_t seeds)
{
	static struct world world;

	planted = bug;
	for (uint64_t seed = 0; seed < seeds; seed++) {
		const char *broken;

		world_draw(&world, seed);
		broken = boot_run(&world);
		if (!broken || strncmp(broken, rule, strlen(rule)))
			continue;
		printf("# %s: seed %llu: %s\n", planted_names[bug], (unsigned long long)seed,
		       broken);
		return true;
	}
	printf("%s: not found in %llu seeds: %s\n", planted_names[bug], (unsigned long long)seeds,
	       rule);
	return false;
}

static int find_planted(uint64_t seeds)
{
	static const struct {
		enum planted bug;
		const char *rule;
	} rows[] = {
		{ PLANTED_WAIT, "PID 1 waits for ever" },
		{ PLANTED_LOST_CHILD, "a child is lost" },
		{ PLANTED_WRONG_ROOT, "wrong root" },
		{ PLANTED_TOLD_TWICE, "the host was told twice" },
		{ PLANTED_LIE, "the host was told: exit 0; the truth is" },
		{ PLANTED_DELETES, "init is deleted before the gates" },
		{ PLANTED_LEAK, "descriptor 4 " },
		{ PLANTED_WRITES, "the root is mounted for writing" },
		{ PLANTED_CUT, "the power goes before the program's last byte" },
		{ PLANTED_OPENS, "PID 1 waits for ever in open" },
		{ PLANTED_COPIES, "PID 1 waits for ever in sendfile" },
		{ PLANTED_BLOCKS, "PID 1 waits for ever in write" },
		{ PLANTED_DRAINS, "PID 1 waits for ever in drain" },
		{ PLANTED_MOUNTS, "PID 1 waits for ever in mount" },
		{ PLANTED_SPARES, "PID 1 waits for ever in the loop" },
		{ PLANTED_KEEPS,
		  "the program said 1 times that it is ready, and the host was told 0" },
		{ PLANTED_AGAIN, "a program that succeeded is started again" },
	};
	int missed = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		missed += !is_found(rows[i].bug, rows[i].rule, seeds);
	return missed != 0;
}

/* --- worlds that were kept --- */

static int run_file(const char *path)
{
	static struct world world;
	int error = world_read(&world, path);

	if (error) {
		fprintf(stderr, "sim: read %s: %s\n", path, strerror(-error));
		return 2;
	}
	print_boot(&world);
	return progress->crash[0] != '\0';
}

static int run_kept(const char *directory)
{
	static struct world world;
	struct dirent **names = NULL;
	int count = scandir(directory, &names, NULL, alphasort), broken = 0, kept = 0;
	char path[512];

	for (int i = 0; i < count; i++) {
		const char *rule;

		if (!strstr(names[i]->d_name, ".world")) {
			free(names[i]);
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]->d_name);
		kept++;
		rule = world_read(&world, path) ? "cannot be read" : boot_safely(&world);
		if (rule)
			printf("%s: %s\n", path, rule);
		broken += rule != NULL;
		free(names[i]);
	}
	free(names);
	printf("# %d worlds that were kept: %d break a rule\n", kept, broken);
	return broken || !kept;
}

/* --- the command line --- */

static enum planted planted_named(const char *name)
{
	for (int i = 0; i < PLANTED_COUNT; i++)
		if (strcmp(planted_names[i], name) == 0)
			return (enum planted)i;
	fprintf(stderr, "sim: no such bug: %s\n", name);
	exit(2);
}

static int usage(void)
{
	fputs("usage: sim [--plant BUG] [--from SEED] [--seeds N | --compare N]\n"
	      "       sim --seed SEED | --world FILE | --kept DIRECTORY | --planted N\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static struct world world;
	uint64_t from = 0, seeds = 10000, compared = 0, hunted = 0;
	const char *kept = NULL, *file = NULL, *seed = NULL;

	boot_init();
	progress = share(sizeof(*progress));
	transcript = share(TRANSCRIPT_SIZE);
	for (int i = 1; i < argc; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!value)
			return usage();
		if (strcmp(argv[i], "--from") == 0)
			from = strtoull(value, NULL, 10);
		else if (strcmp(argv[i], "--seeds") == 0)
			seeds = strtoull(value, NULL, 10);
		else if (strcmp(argv[i], "--compare") == 0)
			compared = strtoull(value, NULL, 10);
		else if (strcmp(argv[i], "--planted") == 0)
			hunted = strtoull(value, NULL, 10);
		else if (strcmp(argv[i], "--plant") == 0)
			planted = planted_named(value);
		else if (strcmp(argv[i], "--seed") == 0)
			seed = value;
		else if (strcmp(argv[i], "--world") == 0)
			file = value;
		else if (strcmp(argv[i], "--kept") == 0)
			kept = value;
		else
			return usage();
	}
	if (file)
		return run_file(file);
	if (kept)
		return run_kept(kept);
	if (hunted)
		return find_planted(hunted);
	if (compared)
		return compare(from, compared);
	if (!seed)
		return run_seeds(from, seeds);
	world_draw(&world, strtoull(seed, NULL, 10));
	print_boot(&world);
	return progress->crash[0] != '\0';
}
