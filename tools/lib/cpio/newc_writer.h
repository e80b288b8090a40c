/* SPDX-License-Identifier: MIT */
/* newc_writer.h - the entries of an image as a newc archive. */
#ifndef TOOLS_LIB_NEWC_WRITER_H
#define TOOLS_LIB_NEWC_WRITER_H

#include <stdint.h>

#include "tools/lib/cpio/frames_writer.h"
#include "tools/lib/image/image.h"

/*
 * Writes all entries, sorted, and a trailer. The bytes of hard links are in the last of them, which
 * both the kernel and cpio(1) understand; only they have inode numbers, from 1 on, so that a new
 * file changes no other entry. Times are clamped to 0..min(2^32-1, newest). A file whose size
 * differs from stat(2) (/proc, /sys) is read to its end; a file over 4 GiB - 1, or a large one that
 * changes meanwhile, is an error. Files' bytes begin at multiples of `align`, 4 or 16, if the
 * archive does. Returns 0, or -1 after reporting.
 */
int image_write(const struct image *image, int64_t newest, size_t align, struct frames *frames);

#endif
