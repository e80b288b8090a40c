/* SPDX-License-Identifier: MIT */
/* gconv.h - the modules and tables with which glibc's iconv(3) converts between character sets. */
#ifndef TOOLS_LIB_GCONV_H
#define TOOLS_LIB_GCONV_H

#include "tools/lib/image/image.h"
#include "tools/lib/program/closure.h"

/*
 * Loads into the closure the modules in the folder gconv of its root, and adds to the image the
 * tables that name them: with `charsets` NULL all, as they are; else, for names separated by commas
 * ("EUC-JP,KOI8-R"; aliases and any case are fine), the modules of those alone, with a
 * gconv-modules of their lines, to which further calls add. What is in glibc itself (UTF-8, ASCII,
 * UCS-2, UCS-4) needs no module. 0, or -1 after reporting: musl, no such folder, no such character
 * set. Source: the GNU C Library manual, "The iconv Implementation in the GNU C Library".
 */
int gconv_add(struct image *image, struct closure *closure, const char *charsets, const char *why);

#endif
