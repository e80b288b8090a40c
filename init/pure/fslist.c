// SPDX-License-Identifier: MIT
/* fslist.c - which file systems to try on a root of unknown type. */
#include "init/pure/fslist.h"

#include <stddef.h>
#include <string.h>

#include "init/pure/count.h"

static const char *const before[] = { "ext4", "ext3", "ext2", "vfat", "msdos" };

#define RANKED ((int)COUNT(before))

static int rank(const char *type)
{
	for (int i = 0; i < RANKED; i++)
		if (strcmp(type, before[i]) == 0)
			return i;
	return RANKED;
}

/* Behind every type that is to be tried before it or was there first. */
static void insert(const char **types, int count, const char *type)
{
	int at = count;

	for (; at > 0 && rank(types[at - 1]) > rank(type); at--)
		types[at] = types[at - 1];
	types[at] = type;
}

int fslist_parse(char *text, const char **types, int *left_out)
{
	int count = 0;

	*left_out = 0;
	while (*text) {
		char *line = text, *end = strchr(text, '\n');

		text = end ? end + 1 : text + strlen(text);
		if (end)
			*end = '\0';
		if (line[0] != '\t' || line[1] == '\0') /* "nodev\tproc" */
			continue;
		if (count == FSLIST_MAX)
			++*left_out;
		else
			insert(types, count++, line + 1);
	}
	return count;
}

/* The kernel reads rootfstype=, too: these choose what its rootfs is, the initramfs itself. As a
 * root they would mount without reading the device, and be empty. */
static int is_of_initramfs(const char *type)
{
	return strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0;
}

int fslist_split(char *text, const char **types, int *left_out)
{
	int count = 0;

	*left_out = 0;
	while (*text) {
		size_t len = strcspn(text, ",");
		char *type = text;

		text += len + (text[len] == ',');
		type[len] = '\0';
		if (len == 0 || is_of_initramfs(type))
			continue;
		if (count == FSLIST_MAX)
			++*left_out;
		else
			types[count++] = type;
	}
	return count;
}
