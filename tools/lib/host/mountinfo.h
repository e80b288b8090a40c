/* SPDX-License-Identifier: MIT */
/* mountinfo.h - the lines of /proc/self/mountinfo. */
#ifndef TOOLS_LIB_MOUNTINFO_H
#define TOOLS_LIB_MOUNTINFO_H

struct mountinfo {
	unsigned int major, minor; /* of the device; major 0: there is none, or it is btrfs */
	const char *root; /* the part of the file system that is mounted: "/", "/@rootfs" */
	const char *target, *type, *source;
};

/* Cuts the next line off `*rest` (a text ended by NUL), in place, and undoes the octal escapes of
 * its fields. Lines that are none are passed over. 1, or 0 at the end. Source: proc(5). */
int mountinfo_next(char **rest, struct mountinfo *line);

#endif
