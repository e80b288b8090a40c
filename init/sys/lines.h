/* SPDX-License-Identifier: MIT */
/* lines.h - the lines of a file of any size. */
#ifndef RDINIT_LINES_H
#define RDINIT_LINES_H

#include <stddef.h>

#define LINE_BYTES_MAX 16384 /* with the NUL: two paths and a page of options fit */

struct lines {
	int fd;
	size_t len, at; /* bytes in `buffer`, and how many of them lines_next() has returned */
	char buffer[LINE_BYTES_MAX];
};

void lines_begin(struct lines *lines, int fd);

/* Reads the next line, without its newline; it is valid until the next call. Returns 1; 0 at the
 * end; -errno of read(2); -E2BIG: the line is longer than LINE_BYTES_MAX, and was skipped. */
int lines_next(struct lines *lines, char **line);

#endif
