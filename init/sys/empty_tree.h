/* SPDX-License-Identifier: MIT */
/* empty_tree.h - delete the files of one file system below a directory. */
#ifndef RDINIT_SYS_EMPTY_TREE_H
#define RDINIT_SYS_EMPTY_TREE_H

#define EMPTY_TREE_DEPTH 64 /* nested directories; deeper ones are not deleted, which is logged */

/* Deletes everything below `path` that is on its file system. Mounts below it, and the directories
 * that contain them, stay. Logs failures and continues. */
void empty_tree(const char *path);

#endif
