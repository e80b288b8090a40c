/* SPDX-License-Identifier: MIT */
/* mounts.h - the lines of /proc/self/mounts. */
#ifndef RDINIT_PURE_MOUNTS_H
#define RDINIT_PURE_MOUNTS_H

struct mount_line {
	const char *source, *target, *type;
};

/* Cuts the next line off `*rest`, in place, and undoes the octal escapes of its target (\040 is
 * a space). Lines without three fields are passed over. 1, or 0 at the end. Source: proc(5),
 * getmntent(3). */
int mounts_next(char **rest, struct mount_line *line);

/* Undoes octal escapes, in place. */
void mounts_unescape(char *text);

#endif
