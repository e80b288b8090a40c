/* SPDX-License-Identifier: MIT */
/* lines.h - the lines of a file of any size. */
#ifndef RDINIT_LINES_H
#define RDINIT_LINES_H

#include <stddef.h>

#define LINE_BYTES_MAX 16384 /* with the NUL: two paths and a page of options fit */

struct lines {
	int fd;
	size_t len, at; /* bytes in `buffer`, and how many of them were told */
	char buffer[LINE_BYTES_MAX];
};

void lines_begin(struct lines *lines, int fd);

/* The next line, without its newline, in place: valid until the next call. 1; 0: there is none;
 * -errno of read(2); -E2BIG: the line is too long, and was passed over. */
int lines_next(struct lines *lines, char **line);

#endif
