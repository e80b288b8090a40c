// SPDX-License-Identifier: MIT
/* tpm.c - a TPM 2.0 for one machine, by swtpm(8). */
#include "tools/lib/machine/tpm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/machine/reaper.h"
#include "tools/lib/program/program.h"

#define DAEMON "swtpm"

static void become_swtpm(const char *path, const char *directory, int socket, int errors)
{
	char *const state = xasprintf("dir=%s", directory), *const control = xasprintf(
								    "type=unixio,clientfd=%d",
								    socket);
	char *const argv[] = {
		(char *)path, (char *)"socket", (char *)"--tpm2", (char *)"--tpmstate",
		state,	      (char *)"--ctrl", control,	  (char *)"--terminate",
		NULL
	};
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fcntl(socket, F_SETFD, 0);
	dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
	dup2(errors, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	execv(path, argv);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
}

static _Noreturn void child(const char *path, const char *directory, int socket, int errors,
			    pid_t parent)
{
	sigset_t waited_for;

	sigemptyset(&waited_for);
	sigaddset(&waited_for, SIGTERM);
	sigaddset(&waited_for, SIGCHLD);
	sigprocmask(SIG_BLOCK, &waited_for, NULL);
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	setsid(); /* Ctrl-C on the terminal is not for it */
	if (reaper_start(directory))
		reaper_end();
	become_swtpm(path, directory, socket, errors);
	_exit(1);
}

static char *spawn(struct tpm *tpm, const char *path, const char *directory)
{
	pid_t parent = getpid();
	int ends[2];

	tpm->errors = memfd_create(DAEMON, MFD_CLOEXEC);
	if (tpm->errors < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return xasprintf("a socket for " DAEMON ": %s", strerror(errno));
	tpm->socket = ends[0];
	tpm->pid = fork();
	if (!tpm->pid)
		child(path, directory, ends[1], tpm->errors, parent);
	close(ends[1]);
	if (tpm->pid > 0)
		return NULL;
	tpm->pid = 0;
	return xasprintf("fork: %s", strerror(errno));
}

char *tpm_open(struct tpm *tpm)
{
	const char *tmp = getenv("TMPDIR");
	char *path = program_lookup(DAEMON), *directory, *why;

	*tpm = (struct tpm){ .socket = -1, .errors = -1 };
	if (!path)
		return xstrdup(DAEMON " is not installed (Debian: package swtpm)");
	directory = xasprintf("%s/rdinit-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(directory))
		why = xasprintf("%s: %s", shown(directory), strerror(errno));
	else if ((why = spawn(tpm, path, directory)))
		rmdir(directory);
	free(directory);
	free(path);
	return why;
}

/* Without QEMU's end of the socket it ends on its own, and otherwise soon. */
void tpm_close(struct tpm *tpm)
{
	int status = 0;

	if (tpm->socket >= 0)
		close(tpm->socket);
	if (tpm->pid) {
		kill(tpm->pid, SIGTERM);
		waitpid(tpm->pid, &status, 0);
		if (WIFEXITED(status) && WEXITSTATUS(status))
			error_lines(DAEMON, tpm->errors);
	}
	if (tpm->errors >= 0)
		close(tpm->errors);
	*tpm = (struct tpm){ .socket = -1, .errors = -1 };
}
