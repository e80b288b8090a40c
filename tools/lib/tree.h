/* tree.h - a directory of the host as entries of an image. */
#ifndef TOOLS_LIB_TREE_H
#define TOOLS_LIB_TREE_H

#include "tools/lib/image.h"

enum tree_owner {
	TREE_OWNER_SET,		/* all entries get uid and gid below */
	TREE_OWNER_KEEP,	/* as on the host */
};

struct tree_source {
	const char *dir;	/* on the host */
	const char *dest;	/* in the image, "/" for all of it */
	enum tree_owner owner;
	uint32_t uid, gid;
	const char *output;	/* the image to be, which is left out with a warning, or NULL */
	int64_t newest;		/* 0: mtimes 0, else the host's, clamped to this */
};

/* Adds what is below dir: files, directories, symlinks (never followed), hard links as such, nodes,
 * with the host's permission bits. dest itself gets dir's bits, unless it is "/". Other file
 * systems mounted below are part of it. 0, or -1 after reporting; unreadable is an error. */
int tree_add(struct image *image, const struct tree_source *source, const char *why);

#endif
