/* SPDX-License-Identifier: MIT */
/* imageconf.h - the files of directories that an image brings along: command lines, and how they
 * are read; hooks. */
#ifndef RDINIT_PURE_IMAGECONF_H
#define RDINIT_PURE_IMAGECONF_H

#include <stddef.h>

#include "init/pure/paths.h"

/* Whether a file of this name in IMAGECONF_DIR is read. */
int imageconf_is_name(const char *name);

/* Whether a file of this name in HOOKS_DIR is run: all but hidden ones and what an editor leaves.
 */
int imageconf_is_hook(const char *name);

/* Blanks out the comments of a file's `text` of `len` bytes and a NUL, in place: lines whose first
 * byte but blanks is "#". Returns 0, or -EINVAL if a NUL would end the text early. */
int imageconf_prepare(char *text, size_t len);

#endif
