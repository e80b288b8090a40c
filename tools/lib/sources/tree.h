/* SPDX-License-Identifier: MIT */
/* tree.h - a directory of the host as entries of an image. */
#ifndef TOOLS_LIB_TREE_H
#define TOOLS_LIB_TREE_H

#include <stdbool.h>

#include "tools/lib/image/image.h"

enum tree_owner {
	TREE_OWNER_SET, /* all entries get uid and gid below */
	TREE_OWNER_KEEP, /* as on the host */
};

struct tree_source {
	const char *dir; /* on the host */
	const char *dest; /* in the image, "/" for all of it */
	enum tree_owner owner;
	uint32_t uid, gid;
	const char **without; /* patterns of what stays away, ended by NULL; or NULL */
	const char *output; /* the image to be, which is left out with a warning, or NULL */
	bool has_root; /* the image is appended to another one, whose / does not change */
	int64_t newest; /* 0: mtimes 0, else the host's, clamped to this */
};

/* The image's defaults with rank, owner and time that something of this owner and time gets. */
struct image_defaults tree_defaults(const struct tree_source *source,
				    struct image_defaults defaults, uint32_t uid, uint32_t gid,
				    int64_t mtime);

/* Adds what is below dir: files, directories, symlinks (never followed), hard links as such, nodes,
 * with the host's permission bits. dest itself gets dir's bits. Other file
 * systems mounted below are part of it. A pattern (fnmatch(3)) with a slash counts from dir and its
 * wildcards stop at slashes; one without is that of a name anywhere; a directory goes with all that
 * is in it. 0, or -1 after reporting; unreadable is an error. */
int tree_add(struct image *image, const struct tree_source *source, const char *why);

#endif
