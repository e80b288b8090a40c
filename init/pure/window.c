// SPDX-License-Identifier: MIT
/* window.c - the size of a terminal. */
#include "init/pure/window.h"

#include <errno.h>
#include <string.h>

#include "init/pure/number.h"

#define SIDE_MAX 65535 /* of struct winsize, tty_ioctl(4) */
#define SIDE_TEXT 6 /* bytes with a NUL */

int window_parse(const char *text, struct window *window)
{
	char rows[SIDE_TEXT];
	size_t len = strcspn(text, "x");

	if (len >= sizeof(rows) || !text[len])
		return -EINVAL;
	memcpy(rows, text, len);
	rows[len] = '\0';
	if (!number_parse(rows, 10, SIDE_MAX, &window->rows) ||
	    !number_parse(text + len + 1, 10, SIDE_MAX, &window->columns) || !window->rows ||
	    !window->columns)
		return -EINVAL;
	return 0;
}
