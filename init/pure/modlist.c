// SPDX-License-Identifier: MIT
/* modlist.c - parse the image's list of kernel modules, /etc/rdinit/modules. */
#include "init/pure/modlist.h"

#include <string.h>

#include "init/pure/count.h"
#include "init/pure/modname.h"

int modlist_next(char **rest, struct module_line *line)
{
	while (**rest) {
		char *at = *rest, *end = strchr(at, '\n'), *space;

		*rest = end ? end + 1 : at + strlen(at);
		if (end)
			*end = '\0';
		at += strspn(at, " \t");
		if (*at == '\0' || *at == '#')
			continue;
		space = strpbrk(at, " \t");
		line->path = at;
		line->options = "";
		if (space) {
			*space = '\0';
			line->options = space + 1 + strspn(space + 1, " \t");
		}
		return 1;
	}
	return 0;
}

void modlist_name(const char *path, char *name, unsigned long size)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t len = strcspn(base, ".");

	if (len >= size)
		len = size - 1;
	memcpy(name, base, len);
	name[len] = '\0';
}

/* The part of `word` after "NAME.", or NULL. */
static const char *parameter_of(const char *name, const char *word)
{
	while (*name && modname_letter(*name) == modname_letter(*word))
		name++, word++;
	return *name == '\0' && *word == '.' ? word + 1 : NULL;
}

int modlist_add_option(char *options, unsigned long size, const char *name, const char *word)
{
	const char *parameter = parameter_of(name, word);
	unsigned long used = strlen(options), len, head;

	if (!parameter)
		return 0;
	len = strlen(parameter);
	if (used + len + sizeof(" \"\"") > size)
		return -1;
	/* The line's own quotes are gone; the kernel cuts this text by the same rules again. */
	head = strpbrk(parameter, " \t\n") ? strcspn(parameter, "=") : len;
	options[used++] = ' ';
	memcpy(options + used, parameter, head);
	used += head;
	if (parameter[head]) {
		options[used++] = '=';
		options[used++] = '"';
		memcpy(options + used, parameter + head + 1, len - head - 1);
		used += len - head - 1;
		options[used++] = '"';
	}
	options[used] = '\0';
	return 0;
}

enum module_compression modlist_compression(const char *path)
{
	static const char *const endings[] = { ".gz", ".xz", ".zst" };
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < COUNT(endings); i++)
		if (strcmp(dot, endings[i]) == 0)
			return MODULE_COMPRESSED;
	return MODULE_PLAIN;
}
