// SPDX-License-Identifier: MIT
/* quiet_error.c - tools/lib/base/error.h without its words: faults are expected, thousands of times
 * a second. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/base/error.h"

/* The arguments are read all the same, so that a wrong one is found. */
static void read_all(const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
}

int error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	read_all(format, args);
	va_end(args);
	return -1;
}

int error_errno(int err, const char *format, ...)
{
	va_list args;

	(void)err;
	va_start(args, format);
	read_all(format, args);
	va_end(args);
	return -1;
}

void warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	read_all(format, args);
	va_end(args);
}

const char *shown(const char *name)
{
	return name;
}

char *shown_line(const char *text)
{
	return strdup(text);
}
