// SPDX-License-Identifier: MIT
/* temporary_file.c - files without a name: whatever ends the program, nothing of them stays. */
#include "tools/lib/base/temporary_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"

#define TRIES 100 /* names, each with 64 random bits */

static char *proc_path(int fd)
{
	return xasprintf("/proc/self/fd/%d", fd);
}

int nameless_open(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *path;

	if (fd < 0) {
		/* As kernels and file systems say that they do not know it. */
		if (errno == EISDIR || errno == EINVAL)
			errno = EOPNOTSUPP;
		return -1;
	}
	path = proc_path(fd);
	if (access(path, F_OK) < 0) {
		close(fd);
		fd = -1;
		errno = EOPNOTSUPP;
	}
	free(path);
	return fd;
}

static int link_beside(const char *from, const char *path)
{
	char *dir = path_parent(path), *temp = NULL;
	int result = -1;

	errno = EEXIST;
	for (int i = 0; i < TRIES && result < 0 && errno == EEXIST; i++) {
		unsigned long long number = 0;

		if (getrandom(&number, sizeof(number), 0) < 0)
			break;
		free(temp);
		temp = xasprintf("%s/.%.200s.%016llx", dir, path_name(path), number);
		result = linkat(AT_FDCWD, from, AT_FDCWD, temp, AT_SYMLINK_FOLLOW);
	}
	if (!result && rename(temp, path) < 0) {
		int err = errno;

		unlink(temp);
		errno = err;
		result = -1;
	}
	free(temp);
	free(dir);
	return result;
}

int nameless_link(int fd, const char *path)
{
	char *from = proc_path(fd);
	sigset_t all, old;
	int result, err;

	/* Between the temporary name and the right one no signal may end the program. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	result = linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
	if (result < 0 && errno == EEXIST)
		result = link_beside(from, path);
	err = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	free(from);
	errno = err;
	return result;
}

const char *temporary_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

int temporary_open(void)
{
	const char *dir = temporary_dir();
	int fd = nameless_open(dir);
	char *name;

	/* Not every file system has files without a name (overlay of older kernels, 9p). */
	if (fd >= 0 || errno != EOPNOTSUPP)
		return fd;
	name = xasprintf("%s/rdinit.XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	free(name);
	return fd;
}

int temporary_write(int fd, const void *data, size_t len, int64_t *at)
{
	const char *from = data;

	while (len) {
		ssize_t done = pwrite(fd, from, len, *at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		from += done;
		len -= (size_t)done;
		*at += done;
	}
	return 0;
}
