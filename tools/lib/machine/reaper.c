// SPDX-License-Identifier: MIT
/* reaper.c - a process that watches over another and its directory, and cleans up after it. */
#include "tools/lib/machine/reaper.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/machine/machine.h"

#define DESCRIPTORS 16 /* that nftw(3) may use at once */

/* This process has one child and one directory. */
static pid_t guest;
static const char *directory;

int reaper_start(const char *scratch)
{
	directory = scratch;
	guest = fork();
	if (guest < 0)
		_exit(STATUS_FAILED);
	if (!guest)
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* if a signal kills the reaper */
	/* In both, so that neither goes on before it is done. */
	setpgid(guest, guest);
	return guest != 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info, (void)kind, (void)place;
	remove(path);
	return 0;
}

static void clear_up(void)
{
	kill(-guest, SIGKILL);
	nftw(directory, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

/* For our parent we are the guest. */
static _Noreturn void end_like(int status)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t all;

	if (WIFSIGNALED(status)) {
		setrlimit(RLIMIT_CORE, &no_core);
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
		sigfillset(&all);
		sigprocmask(SIG_UNBLOCK, &all, NULL);
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED);
}

_Noreturn void reaper_end(void)
{
	int status = 0, ended = 0;
	sigset_t wanted;

	/* Descriptors that we keep would be ends that never close. */
	close_range(STDERR_FILENO + 1, ~0u, 0);
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGCHLD);
	while (!ended && sigwaitinfo(&wanted, NULL) != SIGTERM)
		ended = waitpid(guest, &status, WNOHANG) == guest;
	clear_up();
	if (!ended)
		waitpid(guest, &status, 0);
	end_like(status);
}
