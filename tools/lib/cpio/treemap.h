/* SPDX-License-Identifier: MIT */
/* treemap.h - an archive as a picture: a rectangle a file, as large as it is. */
#ifndef TOOLS_LIB_TREEMAP_H
#define TOOLS_LIB_TREEMAP_H

#include <stdio.h>

#include "tools/lib/cpio/archive.h"

/* Writes an SVG that needs no other file. Files are within their directories; the name, size and
 * share of each appear under the pointer. Replaced entries, and those without bytes, are omitted;
 * hard links count once. Source: Bruls, Huizing, van Wijk: Squarified treemaps (2000). */
void treemap_write(const struct archive *archive, FILE *out);

#endif
