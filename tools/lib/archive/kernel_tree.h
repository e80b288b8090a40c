/* kernel_tree.h - the tree that the kernel makes of an archive's entries, in memory. */
#ifndef TOOLS_LIB_KERNEL_TREE_H
#define TOOLS_LIB_KERNEL_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/archive/archive.h"
#include "tools/lib/image/arena.h"

/* What names lead to. */
struct kernel_inode {
	size_t entry; /* index of the entry whose mode, owner and time it has */
	size_t content; /* index of the entry that holds its bytes, text or device number */
	size_t names; /* that lead to it */
	size_t number; /* counts from 1 */

	/* unpack_tree.c's own: what was made of it. */
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
	size_t lost; /* entries that the kernel passes over: each was reported */

	/* For kernel_tree.c alone. */
	struct arena arena;
	void *names, *links; /* tsearch(3): names by parent and name, links by number */
	const char *known; /* a path whose parent is known, or NULL */
	size_t known_len; /* of the parent in it */
	struct kernel_name *known_parent;
};

/*
 * Applies the entries one after another by the kernel's rules: symlinks on the way are followed and
 * never lead out of the root; a later entry replaces one of another kind, unless that is a
 * directory with something in it; a second file of a name is written over the first, whatever other
 * names that has; a hard link is another name of what is at the first one's path by then.
 * Source: do_name(), do_symlink(), maybe_link() and clean_path() of init/initramfs.c.
 * `archive` must stay. What is lost is an error that names it, or, where `line` says which line of
 * a recipe asks for the archive, a warning. O(n log n).
 */
struct kernel_tree *kernel_tree_new(const struct archive *archive, const char *line);
void kernel_tree_free(struct kernel_tree *tree); /* NULL is fine */

/* Appends the path of a name, "/a/b": no symlink is on the way. */
void kernel_tree_path(const struct kernel_name *name, struct buffer *path);

/* What is left, one entry for each name, in the order of their last entries, as an archive of its
 * own. Its paths are those of the archive where they still lead to the same name. */
struct archive *kernel_tree_archive(struct kernel_tree *tree);

bool kernel_name_is_directory(const struct kernel_tree *tree, const struct kernel_name *name);

#endif
