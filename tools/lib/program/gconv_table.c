// SPDX-License-Identifier: MIT
/* gconv_table.c - the lines of glibc's gconv-modules: names of character sets, and their
 * modules. */
#include "tools/lib/program/gconv_table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

#define ALIAS_DEPTH 8 /* aliases of aliases must end somewhere; glibc's are one deep */

/* iconv/gconv_builtin.h; the names that people use for them. */
static const char *const builtin[] = {
	"UTF-8",   "UTF8",	     "ASCII",	       "US-ASCII", "ANSI_X3.4-1968", "UCS-2",
	"UCS2",	   "UCS-4",	     "UCS4",	       "UCS-2LE",  "UCS-2BE",	     "UCS-4LE",
	"UCS-4BE", "ISO-10646/UTF8", "ISO-10646/UCS4", "WCHAR_T",
};

int gconv_is_builtin(const char *name)
{
	for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
		if (!strcmp(builtin[i], name))
			return 1;
	return 0;
}

/* One name without the slashes at its end, in upper case. */
static void take_name(const char *from, char to[GCONV_NAME_MAX])
{
	size_t len = strnlen(from, GCONV_NAME_MAX - 1);

	while (len && from[len - 1] == '/')
		len--;
	for (size_t i = 0; i < len; i++)
		to[i] = (char)toupper((unsigned char)from[i]);
	to[len] = '\0';
}

/* The words of one line: 1 where it is an alias or a module, else 0. */
static int parse(const char *line, size_t len, struct gconv_row *row)
{
	char words[5][GCONV_NAME_MAX] = { "" };
	int count = 0;

	for (size_t at = 0; at < len && line[at] != '#' && count < 5;) {
		size_t word = strcspn(line + at, " \t\r\n#");

		if (word >= GCONV_NAME_MAX)
			return 0;
		memcpy(words[count], line + at, word);
		words[count][word] = '\0';
		count += word > 0;
		at += word + (line[at + word] != '#' && at + word < len);
	}
	if (strcmp(words[0], "alias") && strcmp(words[0], "module"))
		return 0;
	if (count < 3 || (*words[0] == 'm' && count < 4))
		return 0;
	take_name(words[1], row->from);
	take_name(words[2], row->to);
	snprintf(row->module, sizeof(row->module), "%s", *words[0] == 'm' ? words[3] : "");
	snprintf(row->line, sizeof(row->line), "%.7s %.120s %.120s%s%.120s%s%.120s", words[0],
		 words[1], words[2], *words[3] ? " " : "", words[3], *words[4] ? " " : "",
		 words[4]);
	return 1;
}

static int names(const struct gconv_row *row, const char *name)
{
	if (!*row->module)
		return !strcmp(row->to, name);
	return (!strcmp(row->from, name) && !strcmp(row->to, "INTERNAL")) ||
	       (!strcmp(row->to, name) && !strcmp(row->from, "INTERNAL"));
}

/* Any alias or module. */
static int next_row(const char **at, struct gconv_row *row)
{
	while (*at && **at) {
		const char *line = *at;
		size_t len = strcspn(line, "\n");

		*at += len + (line[len] == '\n');
		if (parse(line, len, row))
			return 1;
	}
	return 0;
}

int gconv_next(const char **at, const char *name, struct gconv_row *row)
{
	while (next_row(at, row))
		if (names(row, name))
			return 1;
	return 0;
}

/* 1 where `name` was an alias and is now its target. */
static int resolve(const char *text, char name[GCONV_NAME_MAX])
{
	struct gconv_row row;

	for (const char *at = text; next_row(&at, &row);) {
		if (*row.module || strcmp(row.from, name))
			continue;
		memcpy(name, row.to, sizeof(row.to));
		return 1;
	}
	return 0;
}

char *gconv_target(const char *text, const char *name)
{
	char target[GCONV_NAME_MAX];

	take_name(name, target);
	for (int i = 0; i < ALIAS_DEPTH; i++)
		if (!resolve(text, target))
			break;
	return xstrdup(target);
}
