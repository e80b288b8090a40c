/* SPDX-License-Identifier: MIT */
/* applet_table.h - the applets of a busybox, read from its bytes. */
#ifndef TOOLS_LIB_APPLET_TABLE_H
#define TOOLS_LIB_APPLET_TABLE_H

#include "init/pure/span.h"

/* The names of a busybox's applets, each ended by NUL, in the order of their bytes: applet_names of
 * its applet_tables.h, wherever the linker has put it, for any processor. data NULL if there is
 * none: the file is not a busybox, is compressed, or has one applet and no list. */
struct span applet_table(struct span file);

/* Takes the next name off; NULL at the end. */
const char *applet_next(struct span *names);

/* The directory that busybox --install and the FHS have for an applet: "/sbin" or "/bin", without
 * /usr. */
const char *applet_folder(const char *name);

#endif
