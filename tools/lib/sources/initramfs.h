/* SPDX-License-Identifier: MIT */
/* initramfs.h - another initramfs as entries of an image. */
#ifndef TOOLS_LIB_INITRAMFS_H
#define TOOLS_LIB_INITRAMFS_H

#include "tools/lib/image/image.h"

/*
 * Adds what the kernel would have after it unpacked the initramfs at `path`, all segments of any
 * compression, to `stage`. Entries that it would lose (a directory with something in it that
 * becomes a file) are lost here, too, with a warning. 0, or -1 after reporting.
 */
int initramfs_add(struct image *stage, const char *path, const char *why);

#endif
