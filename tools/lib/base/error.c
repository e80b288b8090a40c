/* error.c - one line on stderr for everything that goes wrong. */
#include "tools/lib/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/progress.h"

#define LINE_MAX_BYTES 16384 /* two PATH_MAX names, escaped worst case, and words around them */
#define NAME_BYTES 1024

/* One write(2), so that lines of several processes do not mix. Nothing helps if it fails. */
static void say(const char *kind, const char *reason, const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	size_t len, room = sizeof(line) - 256; /* the reason always fits */
	int more;

	len = (size_t)snprintf(line, sizeof(line), "rdinit: %s", kind);
	more = vsnprintf(line + len, room - len, format, args);
	if (more > 0)
		len += (size_t)more < room - len ? (size_t)more : room - len - 1;
	len += (size_t)snprintf(line + len, sizeof(line) - len, "%s\n", reason);
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

int error_usage(const char *command, const char *format, ...)
{
	char reason[200];
	va_list args;

	snprintf(reason, sizeof(reason), " (try: rdinit %s --help)", command);
	va_start(args, format);
	say("", reason, format, args);
	va_end(args);
	return 2;
}

/* Bytes of the UTF-8 character at `text` that can be shown as it is, 0 where there is none.
 * Overlong forms and surrogates pass: they harm no terminal. C1 controls (U+0080..9f) do not. */
static size_t printable(const unsigned char *text)
{
	size_t len = text[0] < 0x80   ? 1
		     : text[0] < 0xc2 ? 0
		     : text[0] < 0xe0 ? 2
		     : text[0] < 0xf0 ? 3
		     : text[0] < 0xf5 ? 4
				      : 0;

	if (len == 1)
		return text[0] >= 0x20 && text[0] != 0x7f && text[0] != '\\';
	for (size_t i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return len == 2 && text[0] == 0xc2 && text[1] < 0xa0 ? 0 : len;
}

const char *shown(const char *name)
{
	static char names[8][NAME_BYTES + 8];
	static unsigned int turn;
	char *out = names[turn++ % 8];
	size_t at = 0;

	for (const unsigned char *in = (const unsigned char *)name; *in;) {
		size_t len = printable(in);

		if (at > NAME_BYTES - 8) {
			at += (size_t)sprintf(out + at, "...");
			break;
		}
		if (len) {
			memcpy(out + at, in, len);
			at += len;
			in += len;
			continue;
		}
		at += (size_t)(*in == '\n'   ? sprintf(out + at, "\\n")
			       : *in == '\\' ? sprintf(out + at, "\\\\")
					     : sprintf(out + at, "\\x%02x", *in));
		in++;
	}
	out[at] = '\0';
	return out;
}
