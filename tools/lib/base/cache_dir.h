/* SPDX-License-Identifier: MIT */
/* cache_dir.h - directories of the user's cache: what can be made again, and saves time. */
#ifndef TOOLS_LIB_CACHE_DIR_H
#define TOOLS_LIB_CACHE_DIR_H

/* $XDG_CACHE_HOME/rdinit/NAME, else ~/.cache/rdinit/NAME; malloc'd. NULL if neither variable holds
 * an absolute path (XDG Base Directory Specification). The directory need not exist. */
char *cache_dir(const char *name);

/* Makes the directory and its parents, for their owner alone. Ignores errors: opening a file there
 * fails then. */
void cache_dir_make(const char *dir);

#endif
