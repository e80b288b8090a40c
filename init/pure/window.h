/* SPDX-License-Identifier: MIT */
/* window.h - the size of a terminal. */
#ifndef RDINIT_PURE_WINDOW_H
#define RDINIT_PURE_WINDOW_H

struct window {
	unsigned int rows, columns;
};

/* Reads "ROWSxCOLUMNS", decimal, each from 1 to 65535. Returns 0 or -EINVAL. */
int window_parse(const char *text, struct window *window);

#endif
