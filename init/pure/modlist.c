/* modlist.c - the image's list of kernel modules, /etc/rdinit/modules. */
#include "init/pure/modlist.h"

#include <string.h>

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

enum module_compression modlist_compression(const char *path)
{
	static const char *const endings[] = { ".gz", ".xz", ".zst" };
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++)
		if (strcmp(dot, endings[i]) == 0)
			return MODULE_COMPRESSED;
	return MODULE_PLAIN;
}
