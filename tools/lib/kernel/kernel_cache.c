// SPDX-License-Identifier: MIT
/* kernel_cache.c - kernels that were unpacked, kept from one `rdinit run` to the next. */
#include "tools/lib/kernel/kernel_cache.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/base/cache_dir.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/temporary_file.h"

#define KEPT_MAX 4 /* kernels of some 50 MB */
/* A file system's clock may stand still for as long: a second change would not be seen. */
#define SETTLED_S 2

static bool is_private(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

char *kernel_cache_key(const char *image)
{
	char *dir = cache_dir("kernels"), *key = NULL;
	struct stat st;

	if (dir && !stat(image, &st))
		key = xasprintf("%s/%llx-%llx-%llx-%llx.%lx-%llx.%lx", dir,
				(unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
				(unsigned long long)st.st_size,
				(unsigned long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
				(unsigned long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	free(dir);
	return key;
}

/* Its directory, if it is the caller's alone; or -1. */
static int open_dir(const char *key)
{
	char *dir = xstrndup(key, (size_t)(strrchr(key, '/') - key));
	int fd = cache_dir_open(dir);

	free(dir);
	return fd;
}

int kernel_cache_open(const char *key, size_t size)
{
	int dir = open_dir(key), fd;
	struct stat st;

	if (dir < 0)
		return -1;
	fd = openat(dir, strrchr(key, '/') + 1, O_RDONLY | O_NOFOLLOW);
	close(dir);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !is_private(&st) ||
	    (uint64_t)st.st_size != size) {
		close(fd);
		return -1;
	}
	futimens(fd, NULL); /* used: it stays */
	return fd;
}

static bool has_settled(const char *image)
{
	struct stat st;

	return !stat(image, &st) && time(NULL) - st.st_ctim.tv_sec > SETTLED_S;
}

static void drop_old(const char *key)
{
	int dir = open_dir(key);
	struct cache_entry *entries;
	size_t count;

	if (dir < 0)
		return;
	entries = cache_entries(dir, &count);
	for (size_t i = KEPT_MAX; i < count; i++)
		unlinkat(dir, entries[i].name, 0);
	cache_entries_free(entries, count);
	close(dir);
}

void kernel_cache_keep(const char *key, const char *image, struct span vmlinux)
{
	char *now = kernel_cache_key(image), *dir;
	int64_t at = 0;
	int fd;

	if (now && strcmp(now, key) == 0 && has_settled(image)) {
		dir = xstrndup(key, (size_t)(strrchr(key, '/') - key));
		cache_dir_make(dir);
		fd = nameless_open(dir);
		if (fd >= 0 && !temporary_write(fd, vmlinux.data, vmlinux.len, &at) &&
		    !nameless_link(fd, key))
			drop_old(key);
		if (fd >= 0)
			close(fd);
		free(dir);
	}
	free(now);
}
