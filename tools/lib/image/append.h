/* append.h - an image that is to stand behind another one. */
#ifndef TOOLS_LIB_APPEND_H
#define TOOLS_LIB_APPEND_H

#include "tools/lib/archive/archive.h"
#include "tools/lib/image/image.h"

/* Makes an image that has all its entries fit behind `base`, which the kernel unpacks before it. A
 * directory where base has a symlink to one becomes that symlink, and what was in it moves to where
 * it points: the kernel would put the directory in the symlink's place, and all that base has
 * behind it would be gone. A directory that is only there for what is below it gets the mode and
 * the owner that it has in base. 0, or -1 after reporting that two entries become one so. */
int image_fit_behind(struct image *image, const struct archive *base);

#endif
