// SPDX-License-Identifier: MIT
/* modprobe_conf.c - the lines of modprobe.d(5). */
#include "tools/lib/module/modprobe_conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/module/module_set.h"

#define BLANKS " \t"

static const struct {
	const char *word;
	enum modconf_kind kind;
	bool has_value;
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
	for (size_t i = 0; i < COUNT(words); i++) {
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

#define CONF_MAX ((size_t)1 << 20) /* bytes */

const struct conf_row *conf_next(const struct modules *modules, enum modconf_kind kind,
				 const char *name, size_t *at)
{
	while (*at < modules->conf_count) {
		const struct conf_row *row = &modules->conf[(*at)++];

		if (row->kind == kind && modname_same(row->name, name))
			return row;
	}
	return NULL;
}

static void add_row(struct modules *modules, const struct modconf_line *line, const char *where)
{
	struct conf_row row = { line->kind, xstrdup(line->name), xstrdup(line->value),
				xstrdup(where) };

	modules->conf = xreallocarray(modules->conf, modules->conf_count + 1, sizeof(row));
	modules->conf[modules->conf_count++] = row;
}

static int store_line(struct modules *modules, const struct modconf_line *line, const char *path)
{
	char *where = xasprintf("%s:%u", shown(path), line->number);
	int result = 0;

	if (line->kind == MODCONF_UNKNOWN)
		result = error("%s: expected alias, blacklist, install, options, remove, softdep "
			       "or weakdep, found \"%s\"",
			       where, shown(line->name));
	else if (line->kind == MODCONF_SHORT)
		result = error("%s: expected more after %s", where, line->name);
	else
		add_row(modules, line, where);
	free(where);
	return result;
}

static int read_text(const char *path, struct buffer *text)
{
	if (whole_file(path, CONF_MAX, "modprobe.d file", text))
		return -1;
	if (text->len && memchr(text->data, '\0', text->len))
		return error("%s: a NUL byte: this is not text", shown(path));
	return 0;
}

static int read_conf(struct modules *modules, const char *path)
{
	struct buffer text = { NULL, 0, 0 };
	struct modconf_reader reader = { .number = 0 };
	struct modconf_line line;
	int result = read_text(path, &text);

	reader.rest = text.data;
	while (!result && text.len && modconf_next(&reader, &line))
		result = store_line(modules, &line, path);
	buffer_free(&text);
	return result;
}

static int is_conf(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && path_has_suffix(entry->d_name, ".conf");
}

int modules_add_conf(struct modules *modules, const char *dir)
{
	struct dirent **names = NULL;
	int count = scandir(dir, &names, is_conf, alphasort), result = 0;

	if (count < 0)
		return error_errno(errno, "modprobe.d %s", shown(dir));
	for (int i = 0; i < count; i++) {
		char *path = xasprintf("%s/%s", dir, names[i]->d_name);

		if (!result)
			result = read_conf(modules, path);
		free(path);
		free(names[i]);
	}
	free(names);
	return result;
}
