// SPDX-License-Identifier: MIT
/* program_find.c - where a program is, as a shell would look for it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/limits.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/program/program.h"
#include "tools/lib/program/sysroot.h"

/* `.` components and the like stay out of the image's paths; symlinks stay in. */
static char *absolute(const char *path)
{
	char *slash, *dir, *result;
	char cwd[PATH_MAX];

	if (path[0] == '/' && !strstr(path, "/../"))
		return xstrdup(path);
	if (path[0] != '/' && !strstr(path, "../") && getcwd(cwd, sizeof(cwd)))
		return xasprintf("%s/%s", strcmp(cwd, "/") ? cwd : "",
				 strncmp(path, "./", 2) ? path : path + 2);
	slash = strrchr(path, '/');
	dir = xasprintf("%.*s", (int)(slash - path), path);
	result = realpath(*dir ? dir : "/", NULL);
	free(dir);
	dir = result ? xasprintf("%s%s", strcmp(result, "/") ? result : "", slash) : xstrdup(path);
	free(result);
	return dir;
}

static int is_program(const char *root, const char *path)
{
	struct stat info;

	return !sysroot_stat(root, path, &info) && S_ISREG(info.st_mode) && (info.st_mode & 0111);
}

/* A path of the sysroot: no working directory of ours means anything there. */
static char *find_path(const char *root, const char *name)
{
	struct stat info;
	char *path;

	if (!*root)
		return access(name, F_OK) ? NULL : absolute(name);
	if (*name != '/' || sysroot_stat(root, name, &info))
		return NULL;
	path = strstr(name, "/../") ? sysroot_resolve(root, name, LAST_KEPT) : xstrdup(name);
	return path;
}

char *program_find(const char *root, const char *name)
{
	const char *list = *root ? DEFAULT_PATH : getenv("PATH");

	if (strchr(name, '/'))
		return find_path(root, name);
	for (const char *at = list && *list ? list : DEFAULT_PATH; *name && *at;
	     at += strcspn(at, ":"), at += !!*at) {
		char *path = xasprintf("%.*s/%s", (int)strcspn(at, ":"), at, name), *result = NULL;

		if (is_program(root, path))
			result = *root ? xstrdup(path) : absolute(path);
		free(path);
		if (result)
			return result;
	}
	return NULL;
}

char *program_lookup(const char *name)
{
	return program_find("", name);
}
