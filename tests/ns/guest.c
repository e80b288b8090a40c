// SPDX-License-Identifier: MIT
/* guest.c - for test_ns.py, static: enters the root as its /init, and is the program run there. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORPHANS 20

/* Says that it is there and waits for leave to go on: a tracer can come in between. */
/* As the kernel starts PID 1: nohup(1) ignores SIGHUP, and Python's threads may ignore signals that
 * musl keeps for itself, which it does not let us touch. */
static void ignore_nothing(void)
{
	static const unsigned long by_default[4]; /* struct sigaction of the kernel */

	for (int i = 1; i <= 64; i++)
		syscall(SYS_rt_sigaction, i, by_default, NULL, 8);
}

static int enter(char *dir)
{
	char *argv[] = { (char *)"/init", NULL };
	char *envp[] = { (char *)"HOME=/", NULL };
	char leave;
	struct iovec piece = { &leave, 1 };

	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* where only ancestors may trace (Yama) */
	/* readv, which /init never calls: the tracer may or may not count the one it comes into. */
	if (write(1, "?", 1) != 1 || readv(0, &piece, 1) != 1)
		return 120;
	ignore_nothing();
	if (chdir(dir) == 0 && chroot(".") == 0)
		execve(argv[0], argv, envp);
	return 120;
}

static void say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(121);
}

/* Grandchildren that lose their parent go to PID 1. One that nobody reaps keeps its number, and
 * kill(2) finds it. */
static int leave_orphans(void)
{
	pid_t orphans[ORPHANS];
	int ends[2], left = ORPHANS;

	if (pipe(ends))
		return 122;
	for (int i = 0; i < ORPHANS; i++) {
		pid_t child = fork();

		if (child == 0) {
			pid_t orphan = fork();

			if (orphan == 0)
				_exit(0);
			_exit(write(ends[1], &orphan, sizeof(orphan)) != sizeof(orphan));
		}
		waitpid(child, NULL, 0);
		if (read(ends[0], &orphans[i], sizeof(orphans[i])) != sizeof(orphans[i]))
			return 123;
	}
	for (int tries = 0; left && tries < 200; tries++) {
		left = 0;
		for (int i = 0; i < ORPHANS; i++)
			left += kill(orphans[i], 0) == 0;
		usleep(10000);
	}
	say(left ? "payload: orphans left\n" : "payload: all orphans reaped\n");
	return left;
}

/* What the kernel sends for a fault, sent by a program: by kill(2), and with another sender's name.
 */
static int hit(pid_t whom)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	siginfo_t lie = { .si_code = SI_QUEUE };

	lie.si_pid = whom;
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		kill(whom, crashes[i]);
		lie.si_signo = crashes[i];
		syscall(SYS_rt_sigqueueinfo, whom, crashes[i], &lie);
		kill(whom, SIGCONT);
		usleep(20000);
	}
	return kill(whom, 0) ? 124 : 7;
}

/* Number `field` of /proc/PID/stat behind the name. */
static char *stat_of(pid_t pid, char *text, size_t size)
{
	char path[64];
	int fd;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	len = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return NULL;
	text[len] = '\0';
	return strrchr(text, ')') + 2;
}

/* "NUMBER ARGUMENTS... STACK INSTRUCTION" of the call that PID 1 waits in, once that is the one
 * that waits for signals; returns the stack. */
static unsigned long stack_of_init(void)
{
	char text[256];

	for (;;) {
		int fd = open("/proc/1/syscall", O_RDONLY);
		ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

		if (len <= 0)
			return 0;
		close(fd);
		text[len] = '\0';
		if (atoi(text) != SYS_rt_sigtimedwait)
			continue;
		*strrchr(text, ' ') = '\0';
		return strtoul(strrchr(text, ' '), NULL, 16);
	}
}

/* When PID 1 wakes, all that the function that made the call has on its stack leads nowhere. */
static int break_init(void)
{
	static const unsigned long nowhere[32];
	unsigned long at = stack_of_init();
	int memory = open("/proc/1/mem", O_WRONLY);

	if (!at || pwrite(memory, nowhere, sizeof(nowhere), (off_t)at) != sizeof(nowhere))
		return 126;
	kill(1, SIGHUP);
	sleep(5);
	return 9;
}

/* What the kernel says of this process's rights. */
static int show_rights(void)
{
	static const char *const shown[] = { "Umask:", "CapBnd:", "CapEff:", "NoNewPrivs:" };
	char line[256];
	FILE *status = fopen("/proc/self/status", "r");
	FILE *score = fopen("/proc/self/oom_score_adj", "r");

	while (status && fgets(line, sizeof(line), status))
		for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
			if (strncmp(line, shown[i], strlen(shown[i])) == 0)
				say(line);
	if (score && fgets(line, sizeof(line), score))
		say(line);
	return 7;
}

static int mark(const char *name)
{
	FILE *file = fopen("/marks", "a");

	return !file || fprintf(file, "%s ", name) < 0 || fclose(file);
}

static int show(const char *path)
{
	char line[256];
	FILE *file = fopen(path, "r");

	if (!file || !fgets(line, sizeof(line), file))
		return 8;
	say(line);
	return 7;
}

/* Each with a prefix, and whether the directory is left that /init needed. */
static int show_mounts(void)
{
	char line[512], text[600];
	FILE *file = fopen("/proc/self/mounts", "re");

	while (file && fgets(line, sizeof(line), file)) {
		snprintf(text, sizeof(text), "payload: %s", line);
		say(text);
	}
	if (access("/newroot", F_OK) == 0)
		say("payload: newroot\n");
	return file ? fclose(file) : 127;
}

static void heard(int number)
{
	(void)number;
	say("payload: heard TERM\n");
	_exit(9);
}

static void heard_number(int number)
{
	char text[64];

	snprintf(text, sizeof(text), "payload: heard %d\n", number);
	say(text);
	if (number == SIGTERM)
		_exit(9);
}

/* All that can be caught; 32 to 34 are the library's own. */
static int hear_all(void)
{
	struct sigaction action = { .sa_handler = heard_number };

	for (int number = 1; number <= 64; number++)
		sigaction(number, &action, NULL);
	signal(SIGCHLD, SIG_DFL);
	say("payload: waiting\n");
	for (;;)
		pause();
}

/* A daemon that takes its time to end, in our session or in one of its own. HUP would kill it. */
static void finish(int number)
{
	(void)number;
	usleep(700000);
	say("payload: ended in order\n");
	_exit(0);
}

static int leave_daemon(int status)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		return 122;
	if (fork() == 0) {
		signal(SIGTERM, finish);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	return read(ready[0], &byte, 1) == 1 ? status : 123;
}

/* Says what it is sent by somebody, and does nothing about it. */
static void ignore_term(int number)
{
	(void)number;
	say("payload: ignores TERM\n");
}

static int be_deaf(void)
{
	signal(SIGTERM, ignore_term);
	say("payload: waiting\n");
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "enter") == 0 && argc > 2)
		return enter(argv[2]);
	say("payload: here\n");
	if (strstr(argv[0], "-marks"))
		return mark(argv[0]);
	if (strstr(argv[0], "-fails"))
		return 3;
	if (strstr(argv[0], "-hangs"))
		return fork() ? pause() : pause();
	if (strcmp(what, "exit") == 0 && argc > 2)
		return atoi(argv[2]);
	if (strcmp(what, "signal") == 0)
		raise(SIGKILL);
	if (strcmp(what, "orphans") == 0)
		return leave_orphans();
	if (strcmp(what, "show") == 0 && argc > 2)
		return show(argv[2]);
	if (strcmp(what, "rights") == 0)
		return show_rights();
	if (strcmp(what, "mounts") == 0)
		return show_mounts();
	if (strcmp(what, "hear-all") == 0)
		return hear_all();
	if (strcmp(what, "deaf") == 0)
		return be_deaf();
	if (strcmp(what, "daemon") == 0)
		return leave_daemon(5);
	if (strcmp(what, "hit-init") == 0)
		return hit(1);
	if (strcmp(what, "break-init") == 0)
		return break_init();
	if (strcmp(what, "wait") == 0) {
		signal(SIGTERM, heard);
		say("payload: waiting\n");
		sleep(20);
	}
	return 0;
}
