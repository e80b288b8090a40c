// SPDX-License-Identifier: MIT
/* capture.c - what a program of the host writes. */
#include "tools/lib/base/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* Starts argv[0] with its stdout in *from. 0, or errno. */
static int start(char *const argv[], pid_t *pid, int *from)
{
	posix_spawn_file_actions_t actions;
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	err = posix_spawn(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*from = ends[0];
	if (err)
		close(ends[0]);
	return err;
}

int capture(char *const argv[], struct buffer *out)
{
	char chunk[4096];
	int from = -1, status = 0, err;
	ssize_t more;
	pid_t pid;

	err = start(argv, &pid, &from);
	if (err) {
		errno = err;
		return -1;
	}
	while ((more = read(from, chunk, sizeof(chunk))) > 0 || (more < 0 && errno == EINTR))
		if (more > 0)
			buffer_add(out, chunk, (size_t)more);
	close(from);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
