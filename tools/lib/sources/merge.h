/* SPDX-License-Identifier: MIT */
/* merge.h - merges an image that was built separately into another one. */
#ifndef TOOLS_LIB_MERGE_H
#define TOOLS_LIB_MERGE_H

#include "tools/lib/base/mem.h"
#include "tools/lib/image/image.h"
#include "tools/lib/sources/tree.h"

/*
 * Adds the entries of `stage` to `image` below source->dest, at rank IMAGE_TREE; source->dir and
 * output are not used. Directories that no line named in the stage are not named in the image
 * either. Refuses an entry that a symlink of the image would lead out of dest. Returns 0, or -1
 * after reporting.
 */
int merge_image(struct image *image, const struct image *stage, const struct tree_source *source,
		const char *why);

/* The bytes of a regular file of at most `max`, appended. 0, or -1 after reporting. */
int merge_read_entry(const struct entry *entry, size_t max, struct buffer *bytes);

#endif
