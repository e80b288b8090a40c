/* SPDX-License-Identifier: MIT */
/* host_tree.h - a directory of this host as the root of a guest, which cannot write to it. */
#ifndef TOOLS_LIB_HOST_TREE_H
#define TOOLS_LIB_HOST_TREE_H

#include <sys/types.h>

#define HOST_TREE_TAG "host" /* by which the guest mounts it */

struct host_tree {
	pid_t pid; /* of virtiofsd; 0: none */
	int socket; /* QEMU's end */
	int errors; /* what virtiofsd wrote to stderr */
};

/*
 * Starts virtiofsd for the directory, with the rights of this process and no more. It serves a
 * mount tree of its own, in which all of the directory's mounts are read-only; of the root
 * directory, /proc, /sys, /dev and /run are empty there. It ends with QEMU's end of the socket, and
 * with this process.
 *
 * Returns NULL, or why that is not possible on this host, malloc'd, with the cure. `tree` is closed
 * in both cases by host_tree_close().
 */
char *host_tree_open(const char *root, struct host_tree *tree);

/* Waits for virtiofsd, and prints what it complained of if it failed. */
void host_tree_close(struct host_tree *tree);

#endif
