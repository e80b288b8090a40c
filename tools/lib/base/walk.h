/* walk.h - a path resolved name by name, by whoever knows what a name is. */
#ifndef TOOLS_LIB_WALK_H
#define TOOLS_LIB_WALK_H

#define WALK_SYMLINKS_MAX 40 /* as in the kernel: more is ELOOP (path_resolution(7)) */

/* A path on its way: `at` is resolved ("" is the root), `rest` is still to come. */
struct walk {
	char *at;
	char *rest;
	int links;
};

void walk_start(struct walk *walk, const char *path);
void walk_end(struct walk *walk);

/* The path with the next name, malloc'd, or NULL at the end. "." and ".." are done here, and ".."
 * stops at the root. */
char *walk_next(struct walk *walk);

/* The name was no symlink: `next` is where we are. Takes it. */
void walk_into(struct walk *walk, char *next);

/* The name was a symlink: goes on with its text before the rest. 0, or -1 where there were too
 * many. */
int walk_symlink(struct walk *walk, const char *target);

/* Whether nothing follows the name that walk_next() gave: 1 or 0. */
int walk_is_last(const struct walk *walk);

#endif
