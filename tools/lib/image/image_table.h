/* SPDX-License-Identifier: MIT */
/* image_table.h - the table of image.h, for image*.c alone. */
#ifndef TOOLS_LIB_IMAGE_TABLE_H
#define TOOLS_LIB_IMAGE_TABLE_H

#include <stdbool.h>

#include "tools/lib/base/arena.h"
#include "tools/lib/image/image.h"

struct node {
	struct entry entry; /* first, so that an entry's address is its node's */
	struct node *next; /* of its bucket */
	struct node *older, *newer; /* in the order in which they came */
	struct node *parent, *first, *before,
		*after; /* the directory's node, and a list of those in it */
	struct node *same_before,
		*same_after; /* a ring of the names of one inode; NULL: it is alone */
	uint64_t hash; /* of its path */
	unsigned int directory; /* image->changes when this was seen to be a directory with no
				 * symlink on the way to it, or 0 */
};

struct image {
	struct image_defaults defaults;
	uint64_t seed; /* of the hashes: their order is seen nowhere */
	struct arena arena; /* nodes and strings: callers may still have pointers to dropped ones */
	struct node **buckets;
	size_t bucket_count; /* a power of 2, or 0 */
	struct node *oldest, *newest;
	struct node *dropped; /* without a name; if they had others, those link to one of these */
	struct node top; /* stands for "/", which need not be there */
	struct node loose; /* holds those whose directory is not there, while many are moved */
	size_t count;
	const char *why; /* the last one: thousands of entries come for the same reason */
	const struct node *directory; /* the directory that the last entry went to, or NULL */
	size_t directory_len; /* of its path, 0 for "/" */
	char *way, *way_end; /* the directory of the last path through symlinks, and where it is */
	unsigned int way_changes; /* `changes` then */
	unsigned int changes; /* how often what was known of directories was forgotten, plus 1 */
};

/* Of most entries' directories it is known that they are directories and that no symlink is on the
 * way to them. Whether this clean path is in such a one; that it is; and that all this may be so no
 * more. */
bool table_is_in_directory(struct image *image, const char *path);
void table_remember_directory(struct image *image, struct entry *entry);
void table_forget_directories(struct image *image);

/* Many entries come one after another through the same symlinks: where a clean path leads if the
 * last one was in the same directory, malloc'd, else NULL; and to be called when that was found
 * out, and all directories on the way were there. */
char *table_remembered(const struct image *image, const char *path);
void table_remember_way(struct image *image, const char *path, const char *place);

/* The image's own copy of a reason. */
const char *table_why(struct image *image, const char *why);

/* The entry at exactly this clean path, or NULL. */
struct entry *table_find(const struct image *image, const char *path);

/* A new one that is nowhere yet. */
struct entry *table_new(struct image *image);

/* The entry's path stays as it is while it is in. */
void table_insert(struct image *image, struct entry *entry);
void table_remove(struct image *image, struct entry *entry);

/* All below an entry's path, parents first; free() the array. */
struct entry **table_below(const struct image *image, const char *path, size_t *count);

/* Where the parents of a clean path lead when the image's symlinks are followed; the last name
 * stays as it is. malloc'd, or NULL after reporting that they go round in circles (why NULL: no
 * report). */
char *table_resolve(const struct image *image, const char *path, const char *why);

/* Mode, owner, time, rank and reason; and what is in it, whose strings are copied. */
void entry_set_attributes(struct image *image, struct entry *entry, const struct entry *wanted);
void entry_set_content(struct image *image, struct entry *entry, const struct entry *wanted);

/* The directories above a resolved path. 0, or -1 after reporting. */
int image_create_parents(struct image *image, const char *path, const char *why);

/* Two claims on one path: the one that stays, or NULL after reporting. */
struct entry *image_resolve_conflict(struct image *image, struct entry *entry,
				     const struct entry *wanted);

/* Sorts entries by the bytes of their paths; quick where most are in order already. */
void entries_sort(struct entry **all, size_t count);

#endif
