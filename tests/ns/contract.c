// SPDX-License-Identifier: MIT
/* contract.c - for test_contract.py, static: the programs that an init for containers is for. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAVE 250 /* orphans that live at once */
#define TRIES 3000 /* of 10 ms */

/* One write(2), as the messages of /init are: no line is cut by another. */
static void say(const char *format, long number)
{
	char text[128];
	int len = snprintf(text, sizeof(text), format, number);

	if (write(1, text, (size_t)len) != len)
		_exit(121);
}

static pid_t fork_or_exit(void)
{
	pid_t pid = fork();

	if (pid < 0)
		_exit(122);
	return pid;
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

/* The letter of /proc/PID/stat, and the parent; 0 if there is no such process. */
static char state_of(const char *pid, int *parent)
{
	char path[300], text[512];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return '\0';
	text[len] = '\0';
	*parent = atoi(strrchr(text, ')') + 4);
	return strrchr(text, ')')[2];
}

static bool is_stopped(pid_t pid)
{
	char text[16];
	int parent;

	snprintf(text, sizeof(text), "%d", pid);
	return state_of(text, &parent) == 'T';
}

/* --- how a program ends --- */

static int end_with(const char *status)
{
	return atoi(status);
}

/* By kill(2): raise(3) refuses the signals that the C library keeps. */
static int die_of(const char *number)
{
	prctl(PR_SET_DUMPABLE, 0);
	kill(getpid(), atoi(number));
	return 123;
}

static void *end_later(void *unused)
{
	(void)unused;
	usleep(50000);
	exit(7);
}

/* The kernel shows the first thread as a zombie while another one still runs. */
static int end_in_thread(const char *unused)
{
	pthread_t thread;

	(void)unused;
	pthread_create(&thread, NULL, end_later, NULL);
	pthread_exit(NULL);
}

static int become_another(const char *unused)
{
	char *argv[] = { (char *)"guest", (char *)"exit", (char *)"9", NULL };

	(void)unused;
	execv("/proc/self/exe", argv);
	return 123;
}

/* --- processes that lose their parent --- */

/* Children of PID 1 that have ended and are not reaped. */
static int zombies(void)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	int count = 0, parent;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    state_of(entry->d_name, &parent) == 'Z' && parent == 1)
			count++;
	closedir(dir);
	return count;
}

/* Each ends with another status, or by a signal, when its parent has ended. */
static void leave_wave(void)
{
	for (int i = 0; i < WAVE; i++) {
		if (fork_or_exit())
			continue;
		if (fork_or_exit())
			_exit(0);
		while (getppid() != 1)
			usleep(1000);
		if (i % 8 == 0)
			kill(getpid(), SIGKILL);
		_exit(i);
	}
	while (wait(NULL) > 0)
		continue;
}

static int leave_orphans(const char *count)
{
	int left = 1;

	for (int i = 0; i < atoi(count); i += WAVE)
		leave_wave();
	for (int tries = 0; left && tries < TRIES; tries++) {
		usleep(10000);
		left = zombies();
	}
	say("payload: %ld zombies\n", left);
	return 0;
}

/* A program's own children stay its own, each with its status. */
static int have_children(const char *count)
{
	int right = 0, status;

	for (int i = 0; i < atoi(count); i++) {
		pid_t pid = fork_or_exit();

		if (pid == 0)
			_exit(i);
		right += waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
			 WEXITSTATUS(status) == i % 256;
	}
	say("payload: %ld children waited for\n", right);
	return 0;
}

/* --- what the program is given --- */

static const char *line_of(const char *name, char *line, int size)
{
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, size, file))
		if (strncmp(line, name, strlen(name)) == 0)
			break;
	if (file)
		fclose(file);
	return line + strlen(name);
}

static int show_state(const char *word)
{
	char line[256];

	say("payload: first descriptor free is %ld\n", open("/", O_RDONLY | O_CLOEXEC));
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFL) & O_NONBLOCK)
			say("payload: descriptor %ld does not block\n", fd);
	say("payload: blocked %ld\n", strtol(line_of("SigBlk:", line, sizeof(line)), NULL, 16));
	say("payload: ignored %ld\n", strtol(line_of("SigIgn:", line, sizeof(line)), NULL, 16));
	say("payload: umask %lo\n", (long)umask(0));
	say("payload: is in the group of PID 1: %ld\n", getpgrp() == getpgid(1));
	say("payload: may begin a session: %ld\n", setsid() == getpid());
	say("payload: is PID 1: %ld\n", getpid() == 1);
	say("payload: argument of %ld bytes\n", (long)strlen(word));
	return 0;
}

static int copy_input(const char *unused)
{
	char bytes[4096];
	ssize_t len;

	(void)unused;
	while ((len = read(0, bytes, sizeof(bytes))) > 0)
		if (write(1, bytes, (size_t)len) != len)
			return 123;
	return len ? 123 : 0;
}

static int close_all(const char *status)
{
	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	return atoi(status);
}

/* --- signals for PID 1 --- */

static int send_to_init(const char *number)
{
	kill(1, atoi(number));
	sleep(20);
	return 123;
}

/* None of these two does anything to PID 1, nor is any of them the program's. */
static int kill_init(const char *status)
{
	kill(1, SIGKILL);
	kill(1, SIGSTOP);
	return atoi(status);
}

/* A child asks /init for CONT when the program is stopped. */
static int stop_and_go_on(const char *status)
{
	pid_t program = getpid();

	if (fork_or_exit() == 0) {
		while (!is_stopped(program))
			usleep(1000);
		kill(1, SIGCONT);
		_exit(0);
	}
	kill(program, SIGSTOP);
	say("payload: goes on\n", 0);
	return atoi(status);
}

/* Of the pending signals sigwait(3) gives the lowest: TERM before the real-time one. */
static int next_signal(void)
{
	sigset_t set;
	int number = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGRTMIN);
	sigwait(&set, &number);
	return number;
}

/* The child of the same group gets TERM only when the program has ended. */
static int have_group(const char *status)
{
	sigset_t all;
	pid_t child;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	child = fork_or_exit();
	if (child == 0) {
		say("payload: the child was asked by %ld\n", next_signal());
		kill(getppid(), SIGRTMIN);
		say("payload: the child was ended by %ld\n", next_signal());
		_exit(0);
	}
	kill(1, SIGTERM);
	if (next_signal() != SIGTERM)
		return 123;
	kill(child, SIGRTMIN);
	return next_signal() == SIGRTMIN ? atoi(status) : 124;
}

/* --- what is left when the program has ended --- */

static void end_in_order(int number)
{
	int fd = open("/ended", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)number;
	usleep(300000);
	if (write(fd, "in order\n", 9) != 9)
		_exit(1);
	_exit(0);
}

/* Returns in a process of two forks and a session of its own, without any descriptor; the program
 * ends when that one is there. */
static void become_daemon(const char *status)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		_exit(122);
	if (fork_or_exit()) {
		close(ready[1]);
		_exit(read(ready[0], &byte, 1) == 0 ? atoi(status) : 123);
	}
	setsid();
	if (fork_or_exit())
		_exit(0);
	signal(SIGTERM, end_in_order);
	for (int fd = 0; fd <= 4; fd++)
		close(fd);
}

static int leave_daemon(const char *status)
{
	become_daemon(status);
	wait_for_ever();
	return 0;
}

static int leave_stubborn(const char *status)
{
	become_daemon(status);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
	wait_for_ever();
	return 0;
}

/* A child that is stopped cannot handle TERM. */
static int leave_stopped(const char *status)
{
	pid_t child = fork_or_exit();

	if (child == 0) {
		signal(SIGTERM, end_in_order);
		setsid();
		kill(getpid(), SIGSTOP);
		wait_for_ever();
	}
	while (!is_stopped(child))
		usleep(1000);
	return atoi(status);
}

/* No process of it lives for long, and each has a new number. */
static int leave_runner(const char *status)
{
	become_daemon(status);
	signal(SIGTERM, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	for (;;)
		if (fork_or_exit())
			_exit(0);
}

static int leave_many(const char *count)
{
	for (int i = 0; i < atoi(count); i++)
		if (fork_or_exit() == 0)
			wait_for_ever();
	return 5;
}

static const struct program {
	const char *name;
	int (*run)(const char *argument); /* returns the exit status */
} programs[] = {
	{ "exit", end_with },		{ "die", die_of },
	{ "thread", end_in_thread },	{ "exec", become_another },
	{ "orphans", leave_orphans },	{ "children", have_children },
	{ "state", show_state },	{ "copy", copy_input },
	{ "close", close_all },		{ "signal", send_to_init },
	{ "kill-init", kill_init },	{ "stop", stop_and_go_on },
	{ "group", have_group },	{ "daemon", leave_daemon },
	{ "stubborn", leave_stubborn }, { "stopped", leave_stopped },
	{ "runner", leave_runner },	{ "many", leave_many },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(argv[1], programs[i].name) == 0)
			return programs[i].run(argc > 2 ? argv[2] : "");
	return 120;
}
