/* SPDX-License-Identifier: MIT */
/* whole_file.h - a file of the host at once. */
#ifndef TOOLS_LIB_WHOLE_FILE_H
#define TOOLS_LIB_WHOLE_FILE_H

#include "tools/lib/base/mem.h"

/* Appends the bytes of `path` ("-": standard input) to `bytes`. More than `max` are refused, as a
 * `what`
 * ("recipe") of more than so many MiB. 0, or -1 after reporting. */
int whole_file(const char *path, size_t max, const char *what, struct buffer *bytes);

#endif
