/* walk.h - a path resolved name by name, by whoever knows what is there. */
#ifndef TOOLS_LIB_WALK_H
#define TOOLS_LIB_WALK_H

#include <stdbool.h>

#include "tools/lib/base/mem.h"

#define WALK_SYMLINKS_MAX 40 /* as in the kernel: more is ELOOP (path_resolution(7)) */

/* A path on its way: `at` is the text of where we are, "/" or "/a/b", and behind no symlink; `rest`
 * is still to come. Whoever walks looks at `at` after each walk_next(), and where a symlink is to
 * be followed says so by walk_symlink(): nothing else is asked of what is there. */
struct walk {
	struct buffer at;
	const char *rest;
	char *text; /* what `rest` is in since the last symlink, or NULL */
	int links;
};

/* `path` stays until the end; without a slash in front it begins at the root, too. */
void walk_start(struct walk *walk, const char *path);
void walk_end(struct walk *walk);

/* Puts the next name behind `at`: false if there is none. "." and ".." are done here, and ".."
 * stops at the root. */
bool walk_next(struct walk *walk);

/* The name that walk_next() put there is a symlink: goes on from its directory or the root with its
 * text, of `len` bytes at the most. 0, or -ELOOP, and still there, where there were too many. */
int walk_symlink(struct walk *walk, const char *target, size_t len);

/* Whether nothing follows the name that walk_next() put there. */
bool walk_is_last(const struct walk *walk);

#endif
