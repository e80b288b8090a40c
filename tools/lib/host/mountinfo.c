// SPDX-License-Identifier: MIT
/* mountinfo.c - the lines of /proc/self/mountinfo. */
#include "tools/lib/host/mountinfo.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE \
	5 /* fields: id, parent, major:minor, root, target; then options, and more up to "-" */

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* "\040" is a space, "\134" a backslash; in place, as it only gets shorter. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) &&
		    is_octal(text[3])) {
			int byte = (text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0');

			*to++ = byte > 0 && byte < 256 ? (char)byte : '?';
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* The next field, or NULL at the end of the line. */
static char *cut_field(char **at)
{
	char *field = *at + strspn(*at, " ");

	if (!*field)
		return NULL;
	*at = field + strcspn(field, " ");
	if (**at)
		*(*at)++ = '\0';
	return field;
}

static int read_device(const char *text, struct mountinfo *line)
{
	char *end;

	line->major = (unsigned int)strtoul(text, &end, 10);
	if (end == text || *end != ':')
		return 0;
	text = end + 1;
	line->minor = (unsigned int)strtoul(text, &end, 10);
	return end != text && !*end;
}

static int read_line(char *at, struct mountinfo *line)
{
	char *before[BEFORE], *field, *type, *source;

	for (int i = 0; i < BEFORE; i++) {
		before[i] = cut_field(&at);
		if (!before[i])
			return 0;
	}
	while ((field = cut_field(&at)) && strcmp(field, "-") != 0)
		;
	type = field ? cut_field(&at) : NULL;
	source = type ? cut_field(&at) : NULL;
	if (!source || !read_device(before[2], line))
		return 0;
	unescape(before[3]);
	unescape(before[4]);
	unescape(source);
	line->root = before[3];
	line->target = before[4];
	line->type = type;
	line->source = source;
	return 1;
}

int mountinfo_next(char **rest, struct mountinfo *line)
{
	while (**rest) {
		char *at = *rest, *end = strchr(at, '\n');

		*rest = end ? end + 1 : at + strlen(at);
		if (end)
			*end = '\0';
		if (read_line(at, line))
			return 1;
	}
	return 0;
}
