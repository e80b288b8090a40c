/* SPDX-License-Identifier: MIT */
/* unpack.h - unpack an archive into the root directory while it comes in, as the kernel unpacks the
 * initramfs. */
#ifndef RDINIT_IMAGE_UNPACK_H
#define RDINIT_IMAGE_UNPACK_H

#include <stddef.h>

/* Where the archive comes from. */
struct archive_source {
	/* Reads exactly `len` bytes, and waits for them. Returns 0 or -errno. */
	int (*read)(void *owner, void *buffer, size_t len);
	void *owner;
};

/* Unpacks a newc archive, to the end of its trailer. A file or a link replaces what has its name; a
 * directory that is there already stays as it is. Hard links are not supported: -EMLINK. Returns 0,
 * or -errno (already logged) after having unpacked the entries before. */
int unpack(const struct archive_source *source);

#endif
