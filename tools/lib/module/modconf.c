// SPDX-License-Identifier: MIT
/* modconf.c - the lines of modprobe.d(5). */
#include "tools/lib/module/modconf.h"

#include <string.h>

#define BLANKS " \t"

static const struct {
	const char *word;
	enum modconf_kind kind;
	int has_value;
} words[] = {
	{ "alias", MODCONF_ALIAS, 1 },	   { "blacklist", MODCONF_BLACKLIST, 0 },
	{ "install", MODCONF_INSTALL, 1 }, { "options", MODCONF_OPTIONS, 1 },
	{ "remove", MODCONF_REMOVE, 1 },   { "softdep", MODCONF_SOFTDEP, 1 },
	{ "weakdep", MODCONF_WEAKDEP, 1 },
};

/* The line up to its newline, joined with the ones that a backslash adds to it. */
static char *cut_line(struct modconf_reader *reader)
{
	char *line = reader->rest, *end = line;

	while ((end = strchr(end, '\n'))) {
		reader->number++;
		if (end == line || end[-1] != '\\') {
			*end = '\0';
			reader->rest = end + 1;
			return line;
		}
		end[-1] = *end = ' ';
	}
	reader->number++;
	reader->rest = line + strlen(line);
	return line;
}

/* The next word, ended by NUL; `*at` moves after it and the blanks that follow. */
static char *cut_word(char **at)
{
	char *word = *at;

	*at += strcspn(*at, BLANKS);
	if (**at)
		*(*at)++ = '\0';
	*at += strspn(*at, BLANKS);
	return word;
}

static void read_line(char *at, struct modconf_line *line)
{
	const char *word = cut_word(&at);

	line->kind = MODCONF_UNKNOWN;
	line->name = word;
	line->value = "";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		line->kind = words[i].kind;
		line->name = cut_word(&at);
		line->value = at;
		if (!*line->name || (words[i].has_value && !*line->value)) {
			line->kind = MODCONF_SHORT;
			line->name = word;
		}
	}
}

int modconf_next(struct modconf_reader *reader, struct modconf_line *line)
{
	while (*reader->rest) {
		unsigned int first = reader->number + 1;
		char *at = cut_line(reader);

		at += strspn(at, BLANKS);
		if (!*at || *at == '#')
			continue;
		line->number = first;
		read_line(at, line);
		return 1;
	}
	return 0;
}
