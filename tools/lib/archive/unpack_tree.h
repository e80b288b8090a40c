/* unpack_tree.h - the entries of an archive as files in a folder, without rights of root. */
#ifndef TOOLS_LIB_UNPACK_TREE_H
#define TOOLS_LIB_UNPACK_TREE_H

#include "tools/lib/archive/archive.h"

struct unpacked {
	char *dir; /* absolute */
	char **places; /* of each entry's bytes on the host; NULL where there are none */
	size_t lost; /* entries without a folder to lie in: said, as the kernel would not */
};

/*
 * Makes the folders, files, hard links and symlinks of `archive` below `dir`, which must be an
 * empty folder or not be there. A later entry replaces an earlier one, as the kernel has it.
 * Symlinks in the archive are followed inside `dir` only (openat2(2), RESOLVE_IN_ROOT; Linux 5.6):
 * nothing is written outside. Modes are kept but for setuid, setgid and what would lock the owner
 * out; nodes, pipes and sockets are not made. 0, or -1 after reporting: what was made stays.
 */
int unpack_tree(const struct archive *archive, const char *dir, struct unpacked *unpacked);
void unpacked_free(struct unpacked *unpacked, const struct archive *archive);

#endif
