// SPDX-License-Identifier: MIT
/* mounts.c - the lines of /proc/self/mounts. */
#include "init/pure/mounts.h"

#include <stddef.h>
#include <string.h>

static int is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void mounts_unescape(char *text)
{
	char *to = text;

	while (*text) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && is_octal(text[2]) &&
		    is_octal(text[3])) {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
				       (text[3] - '0'));
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

static char *cut_field(char **rest)
{
	char *field = *rest, *space = strchr(field, ' ');

	if (!space)
		return NULL;
	*space = '\0';
	*rest = space + 1;
	return field;
}

int mounts_next(char **rest, struct mount_line *line)
{
	while (**rest) {
		char *at = *rest, *end = strchr(at, '\n'), *source, *target, *type;

		*rest = end ? end + 1 : at + strlen(at);
		if (end)
			*end = '\0';
		source = cut_field(&at);
		target = source ? cut_field(&at) : NULL;
		type = target ? cut_field(&at) : NULL;
		if (!type)
			continue;
		mounts_unescape(target);
		*line = (struct mount_line){ source, target, type };
		return 1;
	}
	return 0;
}
