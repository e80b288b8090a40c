/* SPDX-License-Identifier: MIT */
/* host_tree.h - directories of this machine that virtiofsd shares with a guest. */
#ifndef TOOLS_LIB_HOST_TREE_H
#define TOOLS_LIB_HOST_TREE_H

#include <sys/types.h>

#include "tools/lib/machine/volume.h"

/* By these the guest mounts them. */
#define HOST_TREE_TAG "host" /* its root */
#define VOLUMES_TAG "volumes"

struct host_tree {
	const char *tag;
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

/* The same for volumes: the guest finds number n of the list as directory, or file, n. All but the
 * writable ones are read-only. */
char *host_volumes_open(const struct volumes *volumes, struct host_tree *tree);

/* Waits for virtiofsd, and prints what it complained of if it failed. */
void host_tree_close(struct host_tree *tree);

#endif
