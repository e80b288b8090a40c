/* SPDX-License-Identifier: MIT */
/* applets.h - busybox and a symlink for each of its applets. */
#ifndef TOOLS_LIB_APPLETS_H
#define TOOLS_LIB_APPLETS_H

#include "tools/lib/image/image.h"
#include "init/pure/span.h"

/* Adds the busybox of the system at `root` (sysroot.h; a path, or a name in PATH) at /bin/busybox,
 * with libraries if it needs any, and symlinks to it: /sbin/NAME for what `busybox --install` has
 * in a sbin, else /bin/NAME. Its list is read from its bytes (applet_table.h): nothing is run.
 * names (ended by NULL; none: all) choose; one that this busybox does not have is an error. One for
 * another processor comes alone, with a warning. 0, or -1 after reporting. */
int applets_add(struct image *image, const char *root, const char *busybox,
		const char *const *names, const char *why);

/* The names of a busybox's applets, each ended by NUL, in the order of their bytes: applet_names of
 * its applet_tables.h, wherever the linker has put it, for any processor. data NULL if there is
 * none: the file is not a busybox, is compressed, or has one applet and no list. */
struct span applet_table(struct span file);

/* Takes the next name off; NULL at the end. */
const char *applet_next(struct span *names);

/* The directory that busybox --install and the FHS have for an applet: "/sbin" or "/bin", without
 * /usr. */
const char *applet_directory(const char *name);

#endif
