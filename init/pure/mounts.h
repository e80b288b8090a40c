/* SPDX-License-Identifier: MIT */
/* mounts.h - the lines of /proc/self/mounts. */
#ifndef RDINIT_PURE_MOUNTS_H
#define RDINIT_PURE_MOUNTS_H

struct mount_line {
	const char *source, *target, *type;
};

/* Splits the next line off `*rest`, in place, and decodes the octal escapes of its target (\040 is
 * a space). Skips lines without three fields. Returns 1, or 0 at the end. Source: proc(5),
 * getmntent(3). */
int mounts_next(char **rest, struct mount_line *line);

/* Decodes octal escapes, in place. */
void mounts_unescape(char *text);

#endif
