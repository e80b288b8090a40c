/* SPDX-License-Identifier: MIT */
/* cache_dir.h - directories of the user's cache: what can be made again, and saves time. */
#ifndef TOOLS_LIB_CACHE_DIR_H
#define TOOLS_LIB_CACHE_DIR_H

#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#define CACHE_KEEP_S (30 * 24 * 3600) /* s: what was not used for longer is removed */

/* $XDG_CACHE_HOME/rdinit/NAME, else ~/.cache/rdinit/NAME; malloc'd. NULL if neither variable holds
 * an absolute path (XDG Base Directory Specification). The directory need not exist. */
char *cache_dir(const char *name);

/* Makes the directory and its parents, for their owner alone. Ignores errors: opening a file there
 * fails then. */
void cache_dir_make(const char *dir);

/* The directory, if it is the user's and nobody else can write to it. A descriptor, or -1. */
int cache_dir_open(const char *dir);

struct cache_entry {
	char *name;
	mode_t mode;
	struct timespec used; /* its mtime: who uses an entry sets it */
};

/* All entries of a directory, the one used last first; malloc'd, to be freed by
 * cache_entries_free(). NULL where there are none, or the directory cannot be read. */
struct cache_entry *cache_entries(int dir, size_t *count);
void cache_entries_free(struct cache_entry *entries, size_t count);

#endif
