// SPDX-License-Identifier: MIT
/* world.c - what one simulated boot meets, as lines of text. */
#include "tests/sim/world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void world_add(struct world *world, const char *format, ...)
{
	va_list arguments;

	if (world->count == WORLD_ITEMS)
		return;
	va_start(arguments, format);
	vsnprintf(world->items[world->count++], ITEM_SIZE, format, arguments);
	va_end(arguments);
}

bool item_is(const char *item, const char *kind, const char **rest)
{
	size_t len = strlen(kind);

	if (strncmp(item, kind, len) || item[len] != ' ')
		return false;
	if (rest)
		*rest = item + len + 1;
	return true;
}

static void copy_word(const char *from, char *text, size_t size)
{
	size_t len = strcspn(from, " ");

	if (len >= size)
		len = size - 1;
	memcpy(text, from, len);
	text[len] = '\0';
}

void item_object(const char *item, char *text, size_t size)
{
	const char *at = strchr(item, ' ');

	copy_word(at ? at + 1 : "", text, size);
}

/* NULL: the line does not have it. */
static const char *value_of(const char *item, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = strchr(item, ' '); at; at = strchr(at, ' '))
		if (strncmp(++at, key, len) == 0 && at[len] == '=')
			return at + len + 1;
	return NULL;
}

long item_number(const char *item, const char *key, long otherwise)
{
	const char *value = value_of(item, key);

	return value ? strtol(value, NULL, 10) : otherwise;
}

bool item_text(const char *item, const char *key, char *text, size_t size)
{
	const char *value = value_of(item, key);

	copy_word(value ? value : "", text, size);
	return value != NULL;
}

long world_machine(const struct world *world, const char *key, long otherwise)
{
	for (int i = 0; i < world->count; i++)
		if (item_is(world->items[i], "machine", NULL))
			otherwise = item_number(world->items[i], key, otherwise);
	return otherwise;
}

const char *world_param(const struct world *world, const char *name)
{
	const char *found = NULL, *rest;
	size_t len = strlen(name);

	for (int i = 0; i < world->count; i++) {
		if (!item_is(world->items[i], "param", &rest) || strncmp(rest, name, len))
			continue;
		if (rest[len] == '=')
			found = rest + len + 1;
		else if (rest[len] == '\0')
			found = "";
	}
	return found;
}

int world_read(struct world *world, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[ITEM_SIZE];

	if (!file)
		return -errno;
	world->count = 0;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			world_add(world, "%s", line);
	}
	fclose(file);
	return 0;
}

void world_print(const struct world *world, FILE *to)
{
	for (int i = 0; i < world->count; i++)
		fprintf(to, "%s\n", world->items[i]);
}
