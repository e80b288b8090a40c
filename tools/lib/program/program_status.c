// SPDX-License-Identifier: MIT
/* program_status.c - the exit status of a program that cannot be started, as a shell has it. */
#include "tools/lib/program/program_status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "init/pure/executable.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/program/program.h"
#include "tools/lib/program/sysroot.h"

/* The result of the kernel's exec of `path` alone: 0 and the interpreter it continues with, or
 * -errno. */
static int execute(const char *root, const char *path, char interpreter[INTERPRETER_MAX])
{
	uint8_t head[EXECUTABLE_HEAD];
	struct stat info;
	ssize_t len = -1;
	int fd;

	if (sysroot_stat(root, path, &info))
		return -errno;
	if (!S_ISREG(info.st_mode) || !(info.st_mode & 0111))
		return -EACCES;
	fd = sysroot_open(root, path, O_RDONLY | O_NONBLOCK);
	if (fd >= 0) {
		len = read(fd, head, sizeof(head));
		close(fd);
	}
	return len < 0 ? -EACCES
		       : executable_interpreter((struct span){ head, (size_t)len }, interpreter);
}

int program_status(const char *root, const char *name)
{
	char interpreter[INTERPRETER_MAX] = "";
	char *path = program_find(root, name);
	int error = path ? 0 : -ENOENT;

	for (int depth = 0; depth < EXECUTABLE_CHAIN && !error && path; depth++) {
		error = execute(root, path, interpreter);
		free(path);
		path = !error && interpreter[0] ? xstrdup(interpreter) : NULL;
	}
	free(path);
	if (!error || error == -E2BIG)
		return 0;
	return error == -ENOENT || error == -ENOTDIR ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}
