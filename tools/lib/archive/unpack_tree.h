/* unpack_tree.h - the entries of an archive as files in a directory, without root privileges. */
#ifndef TOOLS_LIB_UNPACK_TREE_H
#define TOOLS_LIB_UNPACK_TREE_H

#include "tools/lib/archive/kernel_tree.h"

struct unpacked {
	char *dir; /* absolute */
	struct kernel_tree *tree; /* what was made of the archive; it counts the lost entries */
};

/*
 * Makes the directories, files, hard links and symlinks that the kernel would leave of `archive`
 * (kernel_tree.h) below `dir`, which must be an empty directory or not be there. Nothing outside of
 * it is read, written, linked or named. Modes are kept but for setuid, setgid and what would lock
 * the owner out; nodes, pipes and sockets are not made. 0, or -1 after reporting: what was made
 * stays.
 */
int unpack_tree(const struct archive *archive, const char *dir, struct unpacked *unpacked);
void unpacked_free(struct unpacked *unpacked);

/* Where the bytes of a name are on the host, malloc'd; NULL if none were made, or, reported,
 * where the path is longer than a path may be. */
char *unpacked_place(const struct unpacked *unpacked, const struct kernel_name *name);

#endif
