/* SPDX-License-Identifier: MIT */
/* mount_table.h - mounts as rows of a table: early-mounts and late-mounts share the loop. */
#ifndef RDINIT_SYS_MOUNT_TABLE_H
#define RDINIT_SYS_MOUNT_TABLE_H

#include <stddef.h>

enum if_missing { MOUNT_NEEDED, MOUNT_OPTIONAL };

struct mount_row {
	const char *type, *target;
	unsigned long flags;
	const char *options;
	enum if_missing if_missing;
};

/*
 * Mounts one row, making its mount point where the image has none. EBUSY (it is mounted already)
 * is success. Where a row is optional a failure is said and 0 returned; the absence of the whole
 * file system from the kernel (ENODEV) is said once, at debug level. 0 or -errno.
 */
int mount_row(const struct mount_row *row);

#endif
