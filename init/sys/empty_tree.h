/* SPDX-License-Identifier: MIT */
/* empty_tree.h - deletes what lies on one file system below a directory. */
#ifndef RDINIT_SYS_EMPTY_TREE_H
#define RDINIT_SYS_EMPTY_TREE_H

#define EMPTY_TREE_DEPTH 64 /* directories in each other; deeper ones stay, and it is said */

/* Deletes everything below `path` that is on its own file system: what is mounted there stays,
 * and so do the directories that hold it. Failures are said and passed over. */
void empty_tree(const char *path);

#endif
