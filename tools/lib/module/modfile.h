/* SPDX-License-Identifier: MIT */
/* modfile.h - the file of a kernel module: its bytes unpacked, and what it says about itself. */
#ifndef TOOLS_LIB_MODFILE_H
#define TOOLS_LIB_MODFILE_H

#include "tools/lib/base/mem.h"

/* Whether a file of this name is unpacked when an image is made: .gz, .xz and .zst. */
int modfile_is_packed(const char *path);

/* Appends the bytes of a module, without its compression. Limit: 256 MiB unpacked.
 * 0, or -1 after reporting. */
int modfile_read(const char *path, struct buffer *plain);

/* Appends the modinfo texts of a module, for modinfo_next(), and finds out whether it has a
 * signature. Returns 0, or -1 after reporting: unreadable or not a kernel module. */
int modfile_info(const char *path, struct buffer *info, int *is_signed);

#endif
