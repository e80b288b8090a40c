/* SPDX-License-Identifier: MIT */
/* mount_table.h - mounts as rows of a table: early-mounts and late-mounts share the loop. */
#ifndef RDINIT_MOUNT_MOUNT_TABLE_H
#define RDINIT_MOUNT_MOUNT_TABLE_H

#include <stddef.h>

enum if_missing { MOUNT_NEEDED, MOUNT_OPTIONAL };

struct mount_row {
	const char *type, *target;
	unsigned long flags;
	const char *options;
	enum if_missing if_missing;
};

/*
 * Mounts one row, and makes its mount point if the image has none. EBUSY (it is mounted already) is
 * success. If an optional row fails, logs the failure and returns 0; at debug level if the kernel
 * lacks the file system (ENODEV). Returns 0 or -errno.
 */
int mount_row(const struct mount_row *row);

#endif
