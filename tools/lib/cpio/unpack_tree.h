/* SPDX-License-Identifier: MIT */
/* unpack_tree.h - the entries of an archive as files in a directory, without root privileges. */
#ifndef TOOLS_LIB_UNPACK_TREE_H
#define TOOLS_LIB_UNPACK_TREE_H

#include "tools/lib/cpio/kernel_tree.h"

struct unpacked {
	char *dir; /* absolute */
	struct kernel_tree *tree; /* the counts of what was made; also those of lost entries */
};

/*
 * Makes the directories, files, hard links and symlinks that the kernel would keep of `archive`
 * (kernel_tree.h) below `dir`, which must be empty or missing. Reads, writes, links and names
 * nothing outside of it. Keeps modes except setuid, setgid and those that lock the owner out; makes
 * no nodes, pipes and sockets. Returns 0, or -1 after reporting: files that were made stay.
 */
int unpack_tree(const struct archive *archive, const char *dir, struct unpacked *unpacked);
void unpacked_free(struct unpacked *unpacked);

/* Where the bytes of a name are on the host, malloc'd; NULL if none were made, or, reported,
 * where the path is longer than a path may be. */
char *unpacked_path(const struct unpacked *unpacked, const struct kernel_name *name);

#endif
