// SPDX-License-Identifier: MIT
/* error.c - one line on stderr for everything that goes wrong. */
#include "tools/lib/base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/progress.h"

#define ERRORS_MAX 4096 /* bytes of what a program wrote */
#define LINE_MAX_BYTES 16384 /* two PATH_MAX names, escaped worst case, and words around them */
#define NAME_BYTES 1024

/* Characters that would move the cursor, recolor the line or turn the direction of the text:
 * controls (C1 as well), marks and overrides of direction, other line ends, characters without
 * width, tags. */
static bool is_shown_as_it_is(uint32_t letter)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x00, 0x1f },		 { 0x7f, 0x9f },     { 0xad, 0xad },	 { 0x61c, 0x61c },
		{ 0x180e, 0x180e },	 { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xd800, 0xdfff },	 { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
		{ 0xe0000, UINT32_MAX },
	};

	for (size_t i = 0; i < COUNT(hidden); i++)
		if (letter >= hidden[i].first && letter <= hidden[i].last)
			return false;
	return true;
}

/* Bytes of the UTF-8 character at `text` that can be shown as it is, 0 where there is none. */
static size_t printable(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* not overlong */
	size_t len = text[0] < 0x80   ? 1
		     : text[0] < 0xc2 ? 0
		     : text[0] < 0xe0 ? 2
		     : text[0] < 0xf0 ? 3
		     : text[0] < 0xf5 ? 4
				      : 0;
	uint32_t letter = len > 1 ? text[0] & (0x7fu >> len) : text[0];

	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		letter = letter << 6 | (text[i] & 0x3fu);
	}
	return letter >= least[len] && is_shown_as_it_is(letter) ? len : 0;
}

/* Appends the character at *in, or a C escape of one byte; four bytes at the most. */
static size_t show_one(char *out, const unsigned char **in)
{
	size_t len = printable(*in);

	if (len) {
		memcpy(out, *in, len);
		*in += len;
		return len;
	}
	return (size_t)(*(*in)++ == '\n' ? sprintf(out, "\\n")
					 : sprintf(out, "\\x%02x", (*in)[-1]));
}

/* All of a text; four times its bytes must fit, and a NUL. Returns the length. */
static size_t show_all(char *out, const char *text)
{
	size_t len = 0;

	for (const unsigned char *in = (const unsigned char *)text; *in;)
		len += show_one(out + len, &in);
	out[len] = '\0';
	return len;
}

char *shown_line(const char *text)
{
	char *line = xmalloc(4 * strlen(text) + 1);

	show_all(line, text);
	return line;
}

/* One write(2), so that lines of several processes do not mix. Nothing helps if it fails. */
static void say(const char *kind, const char *reason, const char *format, va_list args)
{
	char text[LINE_MAX_BYTES], line[4 * LINE_MAX_BYTES + 1];
	size_t len, room = sizeof(text) - 256; /* the reason always fits */
	int more;

	len = (size_t)snprintf(text, sizeof(text), "rdinit: %s", kind);
	more = vsnprintf(text + len, room - len, format, args);
	if (more > 0)
		len += (size_t)more < room - len ? (size_t)more : room - len - 1;
	snprintf(text + len, sizeof(text) - len, "%s", reason);
	len = show_all(line, text); /* text that a caller has not put through shown() */
	line[len++] = '\n';
	fflush(stdout);
	progress_clear();
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

int error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", "", format, args);
	va_end(args);
	return -1;
}

int error_errno(int err, const char *format, ...)
{
	const char *symbol = strerrorname_np(err);
	char reason[200];
	va_list args;

	snprintf(reason, sizeof(reason), ": %s (%s)", strerror(err), symbol ? symbol : "errno");
	va_start(args, format);
	say("", reason, format, args);
	va_end(args);
	return -1;
}

void warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("warning: ", "", format, args);
	va_end(args);
}

void error_lines(const char *program, int fd)
{
	char text[ERRORS_MAX];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	text[len < 0 ? 0 : len] = '\0';
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (*line)
			error("%s: %s", program, shown(line));
}

int error_usage(const char *command, const char *format, ...)
{
	char reason[200];
	va_list args;

	snprintf(reason, sizeof(reason), " (try: rdinit%s%s --help)", *command ? " " : "", command);
	va_start(args, format);
	say("", reason, format, args);
	va_end(args);
	return 2;
}

const char *shown(const char *name)
{
	static char names[8][NAME_BYTES + 8];
	static unsigned int turn;
	char *out = names[turn++ % 8];
	size_t at = 0;

	for (const unsigned char *in = (const unsigned char *)name; *in;) {
		if (at > NAME_BYTES - 8) {
			at += (size_t)sprintf(out + at, "...");
			break;
		}
		if (*in == '\\')
			out[at++] = '\\';
		at += show_one(out + at, &in);
	}
	out[at] = '\0';
	return out;
}
