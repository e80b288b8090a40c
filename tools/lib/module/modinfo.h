/* SPDX-License-Identifier: MIT */
/* modinfo.h - what a kernel module says about itself: its .modinfo section. */
#ifndef TOOLS_LIB_MODINFO_H
#define TOOLS_LIB_MODINFO_H

#include <stdbool.h>

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

/* The .modinfo section of an ELF module that is not compressed: texts "key=value", each ended by
 * NUL. data NULL if the file has none, is no ELF file or is damaged. */
struct span modinfo_find(struct span file);

/* The next text, cut from the front of `info`, or NULL at the end. */
const char *modinfo_next(struct span *info);

#define MODULE_MAX ((size_t)256 << 20) /* bytes unpacked: the largest drivers have 20 MB */

/* Appends the bytes of a module, without its compression. Limit: 256 MiB unpacked.
 * 0, or -1 after reporting. */
int modfile_read(const char *path, struct buffer *plain);

/* Appends the modinfo texts of a module, for modinfo_next(), and finds out whether it has a
 * signature. Returns 0, or -1 after reporting: unreadable or not a kernel module. */
int modfile_info(const char *path, struct buffer *info, bool *is_signed);

#endif
