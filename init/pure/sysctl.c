// SPDX-License-Identifier: MIT
/* sysctl.c - the file of a parameter of the running kernel. */
#include "init/pure/sysctl.h"

#include <string.h>

#include "init/pure/find.h"

#define DIRECTORY "/proc/sys/"

static char letter(char c)
{
	if (c == '.')
		return '/';
	return c == '/' ? '.' : c;
}

const char *sysctl_parse(const char *text, char path[SYSCTL_PATH_MAX])
{
	size_t used = strlen(DIRECTORY), len = strcspn(text, "=");
	int has_dots = text[strcspn(text, "./")] == '.';

	if (!text[len] || !len || used + len >= SYSCTL_PATH_MAX)
		return NULL;
	memcpy(path, DIRECTORY, used);
	for (size_t i = 0; i < len; i++)
		path[used + i] = has_dots ? letter(text[i]) : text[i];
	path[used + len] = '\0';
	return text_find(path, "..") ? NULL : text + len + 1;
}
