// SPDX-License-Identifier: MIT
/* cache_dir.c - directories of the user's cache: what can be made again, and saves time. */
#include "tools/lib/base/cache_dir.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/base/mem.h"

char *cache_dir(const char *name)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && *cache == '/')
		return xasprintf("%s/rdinit/%s", cache, name);
	return home && *home == '/' ? xasprintf("%s/.cache/rdinit/%s", home, name) : NULL;
}

void cache_dir_make(const char *dir)
{
	char *path = xstrdup(dir);

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	mkdir(path, 0700);
	free(path);
}
