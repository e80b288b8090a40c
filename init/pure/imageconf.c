// SPDX-License-Identifier: MIT
/* imageconf.c - the command lines that an image brings along. */
#include "init/pure/imageconf.h"

#include <errno.h>
#include <string.h>

int imageconf_is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

int imageconf_is_hook(const char *name)
{
	return name[0] != '.' && name[strlen(name) - 1] != '~';
}

int imageconf_prepare(char *text, size_t len)
{
	if (strlen(text) != len)
		return -EINVAL;
	while (*text) {
		size_t line = strcspn(text, "\n");

		if (text[strspn(text, " \t\r")] == '#')
			memset(text, ' ', line);
		text += line + (text[line] == '\n');
	}
	return 0;
}
