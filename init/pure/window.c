// SPDX-License-Identifier: MIT
/* window.c - the size of a terminal. */
#include "init/pure/window.h"

#include <errno.h>
#include <string.h>

#include "init/pure/number.h"

#define SIDE_MAX 65535 /* of struct winsize, tty_ioctl(4) */
#define SIDES_MAX 12 /* bytes of both, with a NUL */

int window_parse(const char *text, struct window *window)
{
	char sides[SIDES_MAX], *x;
	size_t len = strcspn(text, ",");

	if (len >= sizeof(sides))
		return -EINVAL;
	memcpy(sides, text, len);
	sides[len] = '\0';
	x = strchr(sides, 'x');
	if (!x)
		return -EINVAL;
	*x++ = '\0';
	window->port = text[len] ? text + len + 1 : NULL;
	if (!number_parse(sides, 10, SIDE_MAX, &window->rows) ||
	    !number_parse(x, 10, SIDE_MAX, &window->columns) || !window->rows || !window->columns)
		return -EINVAL;
	return window->port && !*window->port ? -EINVAL : 0;
}
