/* SPDX-License-Identifier: MIT */
/* relations.h - which entries of an image need which: libraries, interpreters, links, modules. */
#ifndef TOOLS_LIB_RELATIONS_H
#define TOOLS_LIB_RELATIONS_H

#include "tools/lib/cpio/archive.h"

struct relation {
	size_t from, to; /* indexes of entries */
	const char *kind; /* "its interpreter", "a library of it"; static */
};

struct relations {
	struct relation *list; /* in the order of from */
	size_t *by_to; /* indexes into list, in the order of to, then from */
	size_t count;
};

/*
 * Reads every program, script, module, symlink and list of /init in the image. A file that is found
 * by its name alone (DT_NEEDED, depends=) relates to every entry of that name: the loader's
 * directory decides, and an image seldom has two; of more than SAME_NAME_MAX the first ones count.
 * Libraries that dlopen(3) opens are unknown.
 */
#define SAME_NAME_MAX 16
void relations_read(const struct archive *archive, struct relations *relations);
void relations_free(struct relations *relations);

/* Those from an entry, as indexes into `list`, and those to it, as indexes into `by_to`: the first,
 * and *count of them. O(log n). */
size_t relations_from(const struct relations *relations, size_t index, size_t *count);
size_t relations_to(const struct relations *relations, size_t index, size_t *count);

/* The shortest way to `index` from what /init runs or loads, else from an entry that nothing needs,
 * as indexes into relations.list in its order. malloc'd; *count of them, 0 if nothing
 * needs it. */
size_t *relations_way(const struct relations *relations, size_t entries, size_t index,
		      size_t *count);

#endif
