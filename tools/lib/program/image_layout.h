/* SPDX-License-Identifier: MIT */
/* image_layout.h - host files into the image at their own paths, with the symlinks on the way. */
#ifndef TOOLS_LIB_IMAGE_LAYOUT_H
#define TOOLS_LIB_IMAGE_LAYOUT_H

#include "tools/lib/image/image.h"

/*
 * Adds the regular file at absolute path `path` of the system at `root` (sysroot.h), each symlink
 * in it (/lib64 -> usr/lib64, libfoo.so.1 -> libfoo.so.1.2) and the directories with their
 * permissions, so that the guest resolves `path` as that system does. If the image already has a
 * directory or a symlink there, that one is followed instead. Returns 0, or -1 after reporting.
 */
int image_layout_add(struct image *image, const char *root, const char *path, const char *why);

/* The bytes, permissions and time of that file at `dest` of the image. 0, or -1 after reporting. */
int image_layout_put(struct image *image, const char *root, const char *path, const char *dest,
		     const char *why);

/* Where `path` leads in the image when its symlinks are followed, whether it is there or not;
 * malloc'd. Never NULL; symlink loops end after 40. */
char *image_layout_resolve(const struct image *image, const char *path);

#endif
