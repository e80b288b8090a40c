/* SPDX-License-Identifier: MIT */
/* kernel_tree.h - the tree that the kernel makes of an archive's entries, in memory. */
#ifndef TOOLS_LIB_KERNEL_TREE_H
#define TOOLS_LIB_KERNEL_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/cpio/archive.h"
#include "tools/lib/base/arena.h"

/* The file of one or more names. */
struct kernel_inode {
	uint32_t kind; /* S_IFMT of a mode */
	size_t entry; /* index of the entry whose mode, owner and time it has */
	size_t content; /* index of the entry that holds its bytes, text or device number */
	size_t names; /* that lead to it */
	size_t number; /* counts from 1 */

	/* for unpack_tree.c: the file that it made of this node */
	const struct kernel_name *made; /* the name that it was made by, or NULL */
	dev_t dev;
	ino_t ino;
};

/* A name in a directory. */
struct kernel_name {
	const char *name; /* "" for the root */
	size_t len;
	struct kernel_name *parent; /* NULL for the root */
	struct kernel_inode *inode; /* a directory has one name only */
	size_t entry; /* index of the last entry of this name */
	struct kernel_name *first, *last; /* a directory's names, in the order in which they came */
	struct kernel_name *before, *next;
};

struct kernel_tree {
	const struct archive *archive; /* holds the names */
	struct kernel_name root;
	struct kernel_inode root_inode; /* entry == archive->count where no entry names it */
	struct kernel_name **of_entry; /* by entry: the name that it made and that is left */
	size_t inodes;
	size_t lost; /* entries that the kernel passes over: each was told */

	/* For kernel_tree.c alone. */
	const struct kernel_watch *watch;
	struct arena arena;
	void *names, *links; /* tsearch(3): names by parent and name, links by number */
	const char *known; /* a path whose parent is known, or NULL */
	size_t known_len; /* of the parent in it */
	struct kernel_name *known_parent;
};

/* Why an entry is lost. */
enum kernel_loss {
	KERNEL_NO_DIRECTORY,
	KERNEL_IN_THE_WAY, /* a directory with something in it has its name */
	KERNEL_WAS_THE_WAY, /* it replaces a part of its own path */
	KERNEL_NO_FIRST, /* the first name of its file is not there by then */
	KERNEL_NO_TEXT, /* of a symlink: none, or too long */
	KERNEL_NO_KIND, /* its mode is no kind of file */
	KERNEL_LOSSES /* one more than the last */
};
extern const char *const kernel_losses[KERNEL_LOSSES]; /* in words */

/* Callbacks while the entries are applied; indexes are of entries. Any may be NULL. */
struct kernel_watch {
	void (*lost)(void *context, size_t index, enum kernel_loss why);
	/* An entry takes the place of one of another kind. */
	void (*replaces)(void *context, size_t index);
	/* An entry was made, or written over what has its name, by this name. */
	void (*made)(void *context, size_t index, const struct kernel_name *name);
	bool has_default; /* the kernel's own initramfs was there before (usr/default_cpio_list) */
	void *context;
};

/*
 * Applies the entries one after another by the kernel's rules: symlinks on the way are followed and
 * never lead out of the root; a later entry replaces one of another kind, unless that is a
 * directory with something in it; a second file of a name is written over the first, whatever other
 * names that has; a hard link is another name of what is at the first one's path by then.
 * Source: do_name(), do_symlink(), maybe_link() and clean_path() of init/initramfs.c.
 * `archive` and `watch` must stay. O(n log n).
 */
struct kernel_tree *kernel_tree_new(const struct archive *archive,
				    const struct kernel_watch *watch);
void kernel_tree_free(struct kernel_tree *tree); /* NULL is fine */

/* Appends the path of a name, "/a/b": no symlink is on the way. */
void kernel_tree_path(const struct kernel_name *name, struct buffer *path);

/* The remaining entries, one for each name, in the order of their last entries, as a separate
 * archive. Its paths are those of the archive if they still resolve to the same name. */
struct archive *kernel_tree_archive(struct kernel_tree *tree);

#endif
