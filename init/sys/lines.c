// SPDX-License-Identifier: MIT
/* lines.c - the lines of a file of any size. */
#include "init/sys/lines.h"

#include <errno.h>
#include <string.h>

#include "init/sys/sys.h"

void lines_begin(struct lines *lines, int fd)
{
	lines->fd = fd;
	lines->len = lines->at = 0;
}

/* Moves the rest to the front, and reads more after it. Returns the bytes read, 0 at the end, or
 * -errno. */
static long fill(struct lines *lines)
{
	long got;

	lines->len -= lines->at;
	memmove(lines->buffer, lines->buffer + lines->at, lines->len);
	lines->at = 0;
	do
		got = sys_read(lines->fd, lines->buffer + lines->len,
			       sizeof(lines->buffer) - 1 - lines->len);
	while (got == -EINTR);
	if (got > 0)
		lines->len += (size_t)got;
	return got;
}

/* Returns the text up to `end`: its newline, or the end of the file. */
static char *cut(struct lines *lines, char *end)
{
	char *text = lines->buffer + lines->at;

	*end = '\0';
	lines->at = (size_t)(end - lines->buffer) + 1;
	if (lines->at > lines->len)
		lines->at = lines->len;
	return text;
}

int lines_next(struct lines *lines, char **line)
{
	int is_too_long = 0;
	char *end;

	while (!(end = memchr(lines->buffer + lines->at, '\n', lines->len - lines->at))) {
		long got;

		if (lines->at == 0 && lines->len == sizeof(lines->buffer) - 1) {
			is_too_long = 1;
			lines->len = 0;
		}
		got = fill(lines);
		if (got < 0)
			return (int)got;
		if (got > 0)
			continue;
		if (lines->len == 0)
			return is_too_long ? -E2BIG : 0;
		end = lines->buffer + lines->len;
		break;
	}
	*line = cut(lines, end);
	return is_too_long ? -E2BIG : 1;
}
