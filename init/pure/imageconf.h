/* SPDX-License-Identifier: MIT */
/* imageconf.h - the command lines that an image brings along: which files hold them, and how they
 * are read. */
#ifndef RDINIT_PURE_IMAGECONF_H
#define RDINIT_PURE_IMAGECONF_H

#include <stddef.h>

#include "init/pure/paths.h"

/* Whether a file of this name in IMAGECONF_DIR is read. */
int imageconf_is_name(const char *name);

/* Blanks out the comments of a file's `text` of `len` bytes and a NUL, in place: lines whose first
 * byte but blanks is "#". Returns 0, or -EINVAL if a NUL would end the text early. */
int imageconf_prepare(char *text, size_t len);

#endif
