// SPDX-License-Identifier: MIT
/* cache_dir.c - directories of the user's cache: what can be made again, and saves time. */
#include "tools/lib/base/cache_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int cache_dir_open(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 &&
	    (fstat(fd, &st) || st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int last_used_first(const void *a, const void *b)
{
	const struct timespec *x = &((const struct cache_entry *)a)->used;
	const struct timespec *y = &((const struct cache_entry *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

struct cache_entry *cache_entries(int dir, size_t *count)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = own < 0 ? NULL : fdopendir(own);
	struct cache_entry *entries = NULL;
	struct stat st;

	*count = 0;
	for (struct dirent *entry; stream && (entry = readdir(stream));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		entries = xreallocarray(entries, *count + 1, sizeof(*entries));
		entries[(*count)++] =
			(struct cache_entry){ xstrdup(entry->d_name), st.st_mode, st.st_mtim };
	}
	if (stream)
		closedir(stream);
	else if (own >= 0)
		close(own);
	if (entries)
		qsort(entries, *count, sizeof(*entries), last_used_first);
	return entries;
}

void cache_entries_free(struct cache_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(entries[i].name);
	free(entries);
}
