// SPDX-License-Identifier: MIT
/* sysroot.c - files of the host, or of another system whose root is a directory here. */
#include "tools/lib/program/sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/walk.h"

char *sysroot_open_dir(const char *dir)
{
	char *real = realpath(dir, NULL);
	struct stat info;

	if (!real || stat(real, &info)) {
		error_errno(errno, "sysroot %s", shown(dir));
	} else if (!S_ISDIR(info.st_mode)) {
		error_errno(ENOTDIR, "sysroot %s", shown(dir));
	} else {
		if (!strcmp(real, "/"))
			*real = '\0';
		return real;
	}
	free(real);
	return NULL;
}

/* The text of the symlink at this path of the host, malloc'd, or NULL. */
static char *link_text(const char *path)
{
	char text[PATH_MAX];
	ssize_t len = readlink(path, text, sizeof(text) - 1);

	return len < 0 ? NULL : xstrndup(text, (size_t)len);
}

/* Nothing of the way so far is a symlink, so the kernel follows none either. */
static char *link_at(const char *root, const char *at)
{
	char *path = xasprintf("%s%s", root, at), *text = link_text(path);

	free(path);
	return text;
}

char *sysroot_resolve(const char *root, const char *path, enum last_name last)
{
	struct walk walk;
	char *result;
	int failed = 0;

	walk_start(&walk, path);
	while (!failed && walk_next(&walk) && !(last == LAST_KEPT && walk_is_last(&walk))) {
		char *text = link_at(root, walk.at.data);

		if (text)
			failed = walk_symlink(&walk, text, strlen(text));
		free(text);
	}
	result = failed ? NULL : xstrdup(walk.at.data);
	walk_end(&walk);
	if (failed)
		errno = ELOOP;
	return result;
}

char *sysroot_path(const char *root, const char *path, enum last_name last)
{
	char *real, *result;

	if (!*root)
		return xstrdup(path);
	real = sysroot_resolve(root, path, last);
	result = real ? xasprintf("%s%s", root, real) : NULL;
	free(real);
	return result;
}

int sysroot_open(const char *root, const char *path, int flags)
{
	char *host = sysroot_path(root, path, LAST_FOLLOWED);
	int fd = host ? open(host, flags | O_CLOEXEC) : -1, err = errno;

	free(host);
	errno = err;
	return fd;
}

int sysroot_stat(const char *root, const char *path, struct stat *info)
{
	char *host = sysroot_path(root, path, LAST_FOLLOWED);
	int result = host ? stat(host, info) : -1, err = errno;

	free(host);
	errno = err;
	return result;
}

char *sysroot_readlink(const char *root, const char *path)
{
	char *host = sysroot_path(root, path, LAST_KEPT), *text = host ? link_text(host) : NULL;
	int err = errno;

	free(host);
	errno = err;
	return text;
}

const char *sysroot_inside(const char *root, const char *host_path)
{
	size_t len = strlen(root);

	return strncmp(host_path, root, len) ? host_path : host_path + len;
}
