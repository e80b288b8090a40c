// SPDX-License-Identifier: MIT
/* json_print.c - JSON on the terminal or in a pipe. */
#include "tools/lib/base/json_print.h"

struct printing {
	FILE *out;
	const char *indent; /* of each line but the first */
};

static void print_char(const struct printing *printing, char c)
{
	if (c == 0x7f) /* Jansson leaves DEL as it is. It can only stand within a string. */
		fputs("\\u007f", printing->out);
	else
		putc(c, printing->out);
	if (c == '\n')
		fputs(printing->indent, printing->out);
}

static int print_piece(const char *text, size_t len, void *context)
{
	const struct printing *printing = context;

	for (size_t i = 0; i < len; i++)
		print_char(printing, text[i]);
	return ferror(printing->out) ? -1 : 0;
}

static int print(const json_t *value, const char *indent, FILE *out)
{
	struct printing printing = { out, indent };

	return json_dump_callback(value, print_piece, &printing,
				  JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
}

int json_print(const json_t *value, FILE *out)
{
	int result = print(value, "", out);

	fputs("\n", out);
	return result;
}

int json_print_list(const char *key, size_t count,
		    json_t *(*item)(const void *context, size_t index), const void *context,
		    FILE *out)
{
	int result = 0;

	fprintf(out, " \"%s\": [", key);
	for (size_t i = 0; i < count && !result; i++) {
		json_t *value = item(context, i);

		fputs(i ? ",\n  " : "\n  ", out);
		result = print(value, "  ", out);
		json_decref(value);
	}
	fputs(count ? "\n ]" : "]", out);
	return result;
}
