/* writer.h - an image as a newc archive. */
#ifndef TOOLS_LIB_WRITER_H
#define TOOLS_LIB_WRITER_H

#include <stdint.h>

#include "tools/lib/groups.h"
#include "tools/lib/image.h"

/* Writes all entries, sorted, and a trailer to the file `path`, as output_open() has it. What hard
 * links share is in the last of them, which both the kernel and cpio(1) understand; only they have
 * inode numbers, from 1 on, so that a new file changes no other entry. Times are clamped to
 * 0..min(2^32-1, newest). A file whose size is not what stat(2) says (/proc, /sys) is read to its
 * end; a file over 4 GiB - 1, or a large one that changes meanwhile, is an error.
 * 0, or -1 after reporting, the old file whole. */
int image_save(const struct image *image, int64_t newest, const char *path,
	       const struct groups_options *options);

/* SOURCE_DATE_EPOCH of the environment. 0, -1 after reporting that it is no number, or 1 with
 * *seconds = 0 where it is not set. Source: reproducible-builds.org/specs/source-date-epoch. */
int source_date_epoch(int64_t *seconds);

#endif
