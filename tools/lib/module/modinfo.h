/* SPDX-License-Identifier: MIT */
/* modinfo.h - what a kernel module says about itself: its .modinfo section. */
#ifndef TOOLS_LIB_MODINFO_H
#define TOOLS_LIB_MODINFO_H

#include "init/pure/span.h"

/* The .modinfo section of an ELF module that is not compressed: texts "key=value", each ended by
 * NUL. data NULL if the file has none, is no ELF file or is damaged. */
struct span modinfo_find(struct span file);

/* The next text, cut from the front of `info`, or NULL at the end. */
const char *modinfo_next(struct span *info);

#endif
