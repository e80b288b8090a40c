// SPDX-License-Identifier: MIT
/* json_print.c - JSON on the terminal or in a pipe. */
#include "tools/lib/base/json_print.h"

#include <string.h>

/* Jansson leaves DEL as it is. It can only stand within a string. */
static int print_piece(const char *text, size_t len, void *context)
{
	const char *end = text + len;
	FILE *out = context;

	while (text < end) {
		const char *del = memchr(text, 0x7f, (size_t)(end - text));
		const char *stop = del ? del : end;

		fwrite(text, 1, (size_t)(stop - text), out);
		if (del)
			fputs("\\u007f", out);
		text = stop + (del != NULL);
	}
	return ferror(out) ? -1 : 0;
}

int json_print(const json_t *value, FILE *out)
{
	int result =
		json_dump_callback(value, print_piece, out, JSON_INDENT(1) | JSON_ENSURE_ASCII);

	fputs("\n", out);
	return result;
}
