/* SPDX-License-Identifier: MIT */
/* window.h - the size of a terminal. */
#ifndef RDINIT_PURE_WINDOW_H
#define RDINIT_PURE_WINDOW_H

struct window {
	unsigned int rows, columns;
	const char *port; /* of virtio-serial, over which later sizes come; NULL: none */
};

/* Reads "ROWSxCOLUMNS[,PORT]", the numbers decimal, each from 1 to 65535. `port` points into
 * `text`. Returns 0 or -EINVAL. */
int window_parse(const char *text, struct window *window);

#endif
