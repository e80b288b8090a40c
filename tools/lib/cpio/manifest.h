/* SPDX-License-Identifier: MIT */
/* manifest.h - every entry of an image with its digest, its source and its reason. */
#ifndef TOOLS_LIB_MANIFEST_H
#define TOOLS_LIB_MANIFEST_H

#include "tools/lib/cpio/archive.h"
#include "tools/lib/image/image.h"

struct manifest {
	const struct archive *archive; /* the image that was written, read back */
	const struct image *image,
		*early; /* the image that it was written from; early may be NULL */
};

/* Writes one JSON object to `path`, with an entry for each of the archive's: mode, owner, size,
 * sha256, source and reason. Returns 0, or -1 after reporting. */
int manifest_write(const struct manifest *manifest, const char *path);

#endif
