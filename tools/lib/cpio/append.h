/* SPDX-License-Identifier: MIT */
/* append.h - an image that follows another one. */
#ifndef TOOLS_LIB_APPEND_H
#define TOOLS_LIB_APPEND_H

#include "tools/lib/cpio/archive.h"
#include "tools/lib/image/image.h"

/*
 * Changes the paths of an image so that the kernel can unpack it after `base`. A directory where
 * base has a symlink to one becomes that symlink, and its entries move to where it points: the
 * kernel would replace the symlink by the directory, and all that base has there would be gone. A
 * directory that exists only for its entries gets the mode and the owner that it has in base.
 * Returns 0, or -1 after reporting that two entries become one.
 */
int image_fit_after(struct image *image, const struct archive *base);

#endif
