/* image_table.h - the table behind image.h, for image*.c alone. */
#ifndef TOOLS_LIB_IMAGE_TABLE_H
#define TOOLS_LIB_IMAGE_TABLE_H

#include "tools/lib/image/image.h"

#define IMAGE_BUCKETS 16384	/* a large tree has 25,000 entries */

struct node {
	struct entry entry;	/* first, so that an entry's address is its node's */
	struct node *next;
};

struct image {
	struct image_defaults defaults;
	struct node *buckets[IMAGE_BUCKETS];
	struct node *dropped;	/* callers may still hold them, so they live as long as the image */
	size_t count;
	char *folder;		/* a path that is a directory, and no symlink on the way to it; or NULL */
	size_t folder_len;
};

/* The directory that the last entry went to, of which all that a tree has in it can be sure without
 * another look: whether it is this, that it is this, and that it may be no more. */
int table_is_folder(const struct image *image, const char *path, size_t len);
void table_remember_folder(struct image *image, const char *path, size_t len);
void table_forget_folder(struct image *image);

/* The entry at exactly this clean path, or NULL. */
struct entry *table_find(const struct image *image, const char *path);

/* An entry must be the first member of a struct node; its path stays as it is while it is in. */
void table_insert(struct image *image, struct entry *entry);
void table_remove(struct image *image, struct entry *entry);

/* Where the parents of a clean path lead when the image's symlinks are followed; the last name
 * stays as it is. malloc'd, or NULL after reporting that they go round in circles (why NULL: no report). */
char *table_resolve(const struct image *image, const char *path, const char *why);

/* "directory", "file", "symlink" or "node". */
const char *entry_kind(const struct entry *entry);

/* Mode, owner, time, rank and reason; and what is in it, whose strings are copied. */
void entry_set_attributes(struct entry *entry, const struct entry *wanted);
void entry_set_content(struct entry *entry, const struct entry *wanted);

/* The directories above a resolved path. 0, or -1 after reporting. */
int image_create_parents(struct image *image, const char *path, const char *why);

/* Two claims on one path: the one that stays, or NULL after reporting. */
struct entry *image_settle(struct image *image, struct entry *entry, const struct entry *wanted);

/* Takes an entry out. Another name of its inode inherits what it held. */
void image_drop(struct image *image, struct entry *entry);

#endif
