// SPDX-License-Identifier: MIT
/* arguments.c - an argv that grows. */
#include "tools/lib/machine/arguments.h"

#include <stdarg.h>
#include <stdlib.h>

#include "tools/lib/base/mem.h"

void arguments_add(struct arguments *arguments, const char *format, ...)
{
	va_list values;
	char *text;

	va_start(values, format);
	text = xvasprintf(format, values);
	va_end(values);
	arguments->list = xreallocarray(arguments->list, arguments->count + 2, sizeof(text));
	arguments->list[arguments->count++] = text;
	arguments->list[arguments->count] = NULL;
}

void arguments_free(char **list)
{
	for (size_t i = 0; list[i]; i++)
		free(list[i]);
	free(list);
}
