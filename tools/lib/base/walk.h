/* SPDX-License-Identifier: MIT */
/* walk.h - a path resolved name by name; the caller knows the file system. */
#ifndef TOOLS_LIB_WALK_H
#define TOOLS_LIB_WALK_H

#include <stdbool.h>

#include "tools/lib/base/mem.h"

#define WALK_SYMLINKS_MAX 40 /* as in the kernel: more is ELOOP (path_resolution(7)) */

/* A path on its way: `at` is the current path, "/" or "/a/b", with no symlink in it; `rest` is
 * still to come. The caller looks at `at` after each walk_next(), and calls walk_symlink() to
 * follow a symlink. Nothing here reads a file system. */
struct walk {
	struct buffer at;
	const char *rest;
	char *text; /* the buffer of `rest` since the last symlink, or NULL */
	int links;
};

/* `path` stays until the end; without a slash in front it begins at the root, too. */
void walk_start(struct walk *walk, const char *path);
void walk_end(struct walk *walk);

/* Appends the next name to `at`: false if there is none. "." and ".." are resolved here, and ".."
 * stops at the root. */
bool walk_next(struct walk *walk);

/* The name that walk_next() put there is a symlink: goes on from its directory or the root with its
 * text, of `len` bytes at the most. 0, or -ELOOP, and still there, where there were too many. */
int walk_symlink(struct walk *walk, const char *target, size_t len);

/* Whether nothing follows the name that walk_next() put there. */
bool walk_is_last(const struct walk *walk);

#endif
