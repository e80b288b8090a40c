/* stage.h - an image that was put together by itself becomes a part of another one. */
#ifndef TOOLS_LIB_STAGE_H
#define TOOLS_LIB_STAGE_H

#include "tools/lib/base/mem.h"
#include "tools/lib/image/image.h"
#include "tools/lib/image/tree.h"

/*
 * Adds what is in `stage` to `image` below source->dest, at rank IMAGE_TREE; source->dir and output
 * do not count here. Folders that nobody named in the stage are not named in the image either. What
 * a symlink of the image would lead out of dest is refused. 0, or -1 after reporting.
 */
int stage_merge(struct image *image, const struct image *stage, const struct tree_source *source,
		const char *why);

/* The bytes of a regular file of at most `max`, appended. 0, or -1 after reporting. */
int stage_read(const struct entry *entry, size_t max, struct buffer *bytes);

#endif
