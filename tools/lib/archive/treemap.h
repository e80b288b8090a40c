/* treemap.h - an archive as a picture: a rectangle a file, as large as it is. */
#ifndef TOOLS_LIB_TREEMAP_H
#define TOOLS_LIB_TREEMAP_H

#include <stdio.h>

#include "tools/lib/archive/archive.h"

/* Writes an SVG that needs nothing else. Files are within their directories; the name, size and
 * share of each appear under the pointer. What a later entry replaces, and what has no bytes, is
 * left out; hard links count once. Source: Bruls, Huizing, van Wijk: Squarified treemaps (2000). */
void treemap_write(const struct archive *archive, FILE *out);

#endif
