/* guest.c - for test_ns.py, static: enters the root as its /init, and is the program run there. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORPHANS 20

/* Says that it is there and waits for leave to go on: a tracer can come in between. */
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

static void heard(int number)
{
	(void)number;
	say("payload: heard TERM\n");
	_exit(9);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "enter") == 0 && argc > 2)
		return enter(argv[2]);
	say("payload: here\n");
	if (strcmp(what, "exit") == 0 && argc > 2)
		return atoi(argv[2]);
	if (strcmp(what, "signal") == 0)
		raise(SIGKILL);
	if (strcmp(what, "orphans") == 0)
		return leave_orphans();
	if (strcmp(what, "wait") == 0) {
		signal(SIGTERM, heard);
		say("payload: waiting\n");
		sleep(20);
	}
	return 0;
}
