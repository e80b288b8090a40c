/* SPDX-License-Identifier: MIT */
/* tree_walk.h - what is in a directory of the host and below, in the order of names. */
#ifndef TOOLS_LIB_TREE_WALK_H
#define TOOLS_LIB_TREE_WALK_H

#include <stddef.h>
#include <sys/stat.h>

/* Good during one visit. */
struct found {
	const char *path; /* with the walk's directory in front */
	const char *below; /* after it, "" for the directory itself */
	size_t below_len;
	const char *name; /* the last of it */
	struct stat st; /* of a symlink: its own */
};

/* Results of a visit: continue below, skip what is below, or end the walk. */
enum { TREE_WALK_STOP = -1, TREE_WALK_ON, TREE_WALK_PAST };

/* Visits `dir` (or the directory that it links to) and all below it, directories before their
 * entries; does not follow symlinks. Returns 0, or -1 after reporting, or as the visit ended it: an
 * unreadable file is an error. */
int tree_walk(const char *dir, int (*visit)(void *argument, const struct found *found),
	      void *argument, const char *why);

#endif
