/* SPDX-License-Identifier: MIT */
/* applets.h - busybox and a symlink for each of its applets. */
#ifndef TOOLS_LIB_APPLETS_H
#define TOOLS_LIB_APPLETS_H

#include "tools/lib/image/image.h"

/* Adds the busybox of the system at `root` (sysroot.h; a path, or a name in PATH) at /bin/busybox,
 * with libraries if it needs any, and symlinks to it: /sbin/NAME for what `busybox --install` has
 * in a sbin, else /bin/NAME. Its list is read from its bytes (applet_table.h): nothing is run.
 * names (ended by NULL; none: all) choose; one that this busybox does not have is an error. One for
 * another processor comes alone, with a warning. 0, or -1 after reporting. */
int applets_add(struct image *image, const char *root, const char *busybox,
		const char *const *names, const char *why);

#endif
