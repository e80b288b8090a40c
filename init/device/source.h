/* SPDX-License-Identifier: MIT */
/* source.h - a device that the command line names, or the root's fstab. */
#ifndef RDINIT_DEVICE_SOURCE_H
#define RDINIT_DEVICE_SOURCE_H

#include <stdint.h>

#include "init/pure/limits.h"

#define MEMBERS_MAX 512 /* bytes: about 20 devices */

/* What a device named by its path may contain, and whether it is probed. */
enum expected {
	EXPECT_FILES,
	EXPECT_SWAP, /* accepts any content: the caller checks it */
	EXPECT_NAMED_TYPE, /* not probed: a parameter names the type */
};

struct source {
	const char *parameter, *name; /* "root", "UUID=..."; of fstab: the directory */
	enum expected expected;
	char device[DEVICE_PATH_MAX]; /* the node that it leads to */
	uint8_t found, format; /* enum found and format: what is on it, if it was probed */
	char members[MEMBERS_MAX]; /* a file system on several devices: all, as mount options */
};

#endif
