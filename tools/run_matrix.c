// SPDX-License-Identifier: MIT
/* run_matrix.c - rdinit run --matrix: the same run on machine after machine, and a table of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/machine/qemu.h"
#include "tools/run.h"

#define TIMEOUT \
	"120" /* seconds of a row, unless --timeout says otherwise: UEFI takes ten without KVM */
#define ARGUMENTS_MAX 24 /* of a row */
#define SKIPPED (-1)

enum firmware { FAST, OWN, UEFI };

/* Each differs from the first of its machine in one or two things. */
static const struct row {
	const char *machine;
	enum firmware firmware;
	bool has_acpi;
	unsigned int cpus, mib;
	const char *root; /* what the image is unpacked to */
} rows[] = {
	{ "pc", FAST, true, 1, 256, "tmpfs" },	      { "pc", OWN, true, 1, 256, "tmpfs" },
	{ "pc", UEFI, true, 1, 256, "tmpfs" },	      { "pc", FAST, false, 1, 256, "tmpfs" },
	{ "pc", OWN, false, 4, 256, "tmpfs" },	      { "pc", FAST, true, 4, 256, "tmpfs" },
	{ "pc", FAST, true, 1, 64, "tmpfs" },	      { "pc", FAST, true, 1, 128, "tmpfs" },
	{ "pc", FAST, true, 1, 1024, "tmpfs" },	      { "pc", FAST, true, 1, 256, "ramfs" },
	{ "q35", FAST, true, 1, 256, "tmpfs" },	      { "q35", OWN, true, 1, 256, "tmpfs" },
	{ "q35", UEFI, true, 4, 256, "tmpfs" },	      { "q35", FAST, false, 1, 256, "tmpfs" },
	{ "q35", FAST, true, 4, 256, "tmpfs" },	      { "q35", FAST, true, 1, 64, "tmpfs" },
	{ "q35", FAST, true, 1, 1024, "tmpfs" },      { "q35", UEFI, true, 4, 1024, "ramfs" },
	{ "microvm", FAST, false, 1, 256, "tmpfs" },  { "microvm", FAST, true, 1, 256, "tmpfs" },
	{ "microvm", FAST, true, 4, 256, "tmpfs" },   { "microvm", FAST, false, 1, 64, "tmpfs" },
	{ "microvm", FAST, false, 1, 1024, "ramfs" },
};

static const char *const firmware_names[] = { [FAST] = "qboot", [OWN] = "BIOS", [UEFI] = "UEFI" };

struct outcome {
	int status; /* of the program; SKIPPED: no machine ran */
	char *reason; /* a word, and a sentence */
	double seconds;
};

/* Those that end the matrix, and that of a row's end. */
static void fill_signals(sigset_t *set)
{
	static const int wanted[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD };

	sigemptyset(set);
	for (size_t i = 0; i < COUNT(wanted); i++)
		sigaddset(set, wanted[i]);
}

/* A file that QEMU reads as a whole; that with variables would have to be written. */
static const char *find_uefi(void)
{
	static const char *const places[] = { "/usr/share/ovmf/OVMF.fd", "/usr/share/qemu/OVMF.fd",
					      "/usr/share/edk2/x64/OVMF.fd",
					      "/usr/share/edk2-ovmf/x64/OVMF.fd" };

	for (size_t i = 0; i < COUNT(places); i++)
		if (!access(places[i], R_OK))
			return places[i];
	return NULL;
}

/* --- one row --- */

/* The words of a row, after those of the user and before the program: the last one of two counts.
 */
static void add_words(struct texts *arguments, const struct row *row, const char *uefi,
		      const char *result)
{
	const char *const words[] = {
		"--isolated", "--cold",
		"--stdio",    "console",
		"--json",     result,
		"--machine",  row->machine,
		"--cpus",     xasprintf("%u", row->cpus),
		"--memory",   xasprintf("%u", row->mib),
		"--qemu",     row->has_acpi ? "-machine acpi=on" : "-machine acpi=off"
	};

	for (size_t i = 0; i < COUNT(words); i++)
		texts_add(arguments, words[i]);
	if (!strcmp(row->root, "ramfs")) {
		texts_add(arguments, "--append");
		texts_add(arguments, "rootfstype=ramfs");
	}
	if (row->firmware == FAST)
		return;
	/* It also drops what keeps a busy emulator's timer from being called broken. */
	texts_add(arguments, "--no-tuning");
	texts_add(arguments, "--append");
	texts_add(arguments, "no_timer_check");
	if (row->firmware == UEFI) {
		texts_add(arguments, "--qemu");
		texts_add(arguments, xasprintf("-bios \"%s\"", uefi));
	}
}

static _Noreturn void become_run(const struct row *row, const char *uefi, const struct texts *words,
				 int result, int errors)
{
	static const char *const first[] = { "rdinit", "run", "--timeout", TIMEOUT };
	struct texts arguments = { 0 };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;
	size_t at = 0;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < COUNT(first); i++)
		texts_add(&arguments, first[i]);
	while (at < words->count && strcmp(words->list[at], "--") != 0)
		texts_add(&arguments, words->list[at++]);
	add_words(&arguments, row, uefi, xasprintf("/proc/self/fd/%d", result));
	while (at < words->count)
		texts_add(&arguments, words->list[at++]);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	fcntl(result, F_SETFD, 0);
	execv("/proc/self/exe", (char *const *)arguments.list);
	_exit(STATUS_FAILED);
}

/* A signal to us ends the row, too, and what the row leaves is waited for. Returns that signal, or
 * 0.
 */
static int wait_for(pid_t pid)
{
	int number, ended_by = 0;
	sigset_t set;

	fill_signals(&set);
	while (waitpid(pid, NULL, WNOHANG) != pid) {
		number = sigwaitinfo(&set, NULL);
		if (number <= 0 || number == SIGCHLD)
			continue;
		ended_by = number;
		kill(pid, SIGTERM);
	}
	return ended_by;
}

/* The first line that the run has printed, without its name. malloc'd. */
static char *first_error(int errors)
{
	static const char name[] = "rdinit: ";
	char text[1024];
	ssize_t len = pread(errors, text, sizeof(text) - 1, 0);
	char *line = text;

	text[len < 0 ? 0 : len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!strncmp(text, name, sizeof(name) - 1))
		line += sizeof(name) - 1;
	return xstrdup(shown(line));
}

static void read_outcome(int result, int errors, struct outcome *outcome)
{
	const char *reason = NULL, *sentence;
	json_int_t ms = 0;
	json_t *json;

	lseek(result, 0, SEEK_SET);
	json = json_loadfd(result, 0, NULL);
	if (json_unpack(json, "{s:i, s:s, s:{s:I}}", "status", &outcome->status, "reason", &reason,
			"ms", "total", &ms) ||
	    !strcmp(reason, "not-started")) {
		outcome->status = SKIPPED;
		outcome->reason = first_error(errors);
	} else {
		sentence = json_string_value(json_object_get(json, "sentence"));
		outcome->reason =
			sentence ? xasprintf("%s: %s", reason, shown(sentence)) : xstrdup(reason);
	}
	outcome->seconds = (double)ms / 1000;
	json_decref(json);
}

/* Returns 0, -1 after reporting, or the signal that came to us. */
static int run_row(const struct row *row, const char *uefi, const struct texts *words,
		   struct outcome *outcome)
{
	int result = memfd_create("result", MFD_CLOEXEC),
	    errors = memfd_create("errors", MFD_CLOEXEC), ended_by = -1;
	pid_t pid = result < 0 || errors < 0 ? -1 : fork();

	if (!pid)
		become_run(row, uefi, words, result, errors);
	if (pid > 0)
		ended_by = wait_for(pid);
	else
		error_errno(errno, "a process for a row");
	if (!ended_by)
		read_outcome(result, errors, outcome);
	close(result);
	close(errors);
	return ended_by;
}

/* --- the table --- */

static void print_row(const struct row *row, const struct outcome *outcome)
{
	char status[16] = "skipped";

	if (outcome->status != SKIPPED)
		snprintf(status, sizeof(status), "%d", outcome->status);
	printf("%-8s %-4s %-8s %4u %6u %-5s %7s %7.1f  %s\n", row->machine,
	       row->has_acpi ? "yes" : "no", firmware_names[row->firmware], row->cpus, row->mib,
	       row->root, status, outcome->seconds, outcome->reason);
	fflush(stdout);
}

static void print_head(void)
{
	printf("%-8s %-4s %-8s %4s %6s %-5s %7s %7s  %s\n", "MACHINE", "ACPI", "FIRMWARE", "CPUS",
	       "MIB", "ROOT", "STATUS", "SECONDS", "REASON");
	fflush(stdout);
}

int run_matrix(const struct texts *words, unsigned int least_mib)
{
	int passed = 0, failed = 0, skipped = 0, result = 0;
	const char *uefi = find_uefi();
	sigset_t set;

	fill_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGCHLD, SIG_DFL); /* ignored, it would not come */
	print_head();
	for (size_t i = 0; i < COUNT(rows) && !result; i++) {
		struct outcome outcome = { .status = SKIPPED };

		if (rows[i].mib < least_mib)
			continue;
		if (rows[i].firmware == UEFI && !uefi)
			outcome.reason = xstrdup("no UEFI for QEMU (Debian: package ovmf)");
		else
			result = run_row(&rows[i], uefi, words, &outcome);
		if (!result)
			print_row(&rows[i], &outcome);
		skipped += outcome.status == SKIPPED;
		passed += outcome.status == 0;
		failed += outcome.status > 0;
		free(outcome.reason);
	}
	if (result)
		return result > 0 ? 128 + result : 1;
	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return fflush(stdout) || failed || !passed ? 1 : 0;
}
