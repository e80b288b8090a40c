/* SPDX-License-Identifier: MIT */
/* capture.h - what a program of the host writes. */
#ifndef TOOLS_LIB_CAPTURE_H
#define TOOLS_LIB_CAPTURE_H

#include "tools/lib/base/mem.h"

/* Runs argv[0], a path, and appends what it writes to its standard output. Its exit status, 128 and
 * the signal's number where one ended it, or -1 with errno where it could not be started. */
int capture(char *const argv[], struct buffer *out);

#endif
