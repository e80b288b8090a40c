/* SPDX-License-Identifier: MIT */
/* save.h - an image as a file: its segments, one after the other. */
#ifndef TOOLS_LIB_SAVE_H
#define TOOLS_LIB_SAVE_H

#include <stdint.h>

#include "init/pure/span.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/cpio/frames_writer.h"
#include "tools/lib/image/image.h"

struct save {
	const struct image *early; /* the uncompressed start, which the kernel reads before it
				    * unpacks. NULL: none */
	const struct archive *base; /* an image whose bytes come before ours, or NULL */
	struct span bootconfig; /* at the end; NULL: that of the base, or none */
	int64_t newest; /* times are clamped to this */
	struct frames_options frames;
};

/* Writes the file `path`, as output_open() has it. 0, or -1 after reporting, the old file whole. */
int image_save(const struct image *image, const char *path, const struct save *save);

/* Reads SOURCE_DATE_EPOCH. Returns 0, -1 after reporting that it is not a number, or 1 with
 * *seconds = 0 if it is not set. Source: reproducible-builds.org/specs/source-date-epoch. */
int source_date_epoch(int64_t *seconds);

#endif
