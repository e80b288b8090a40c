// SPDX-License-Identifier: MIT
/* module_index.c - the tables of depmod(8) for the modules of an image, for its own modprobe. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/elf/modinfo.h"
#include "tools/lib/module/kmodindex.h"
#include "tools/lib/module/module_set.h"

#define WHY "index of modules"

/* What depmod says of the kernel itself is right for any choice of modules. The last of them came
 * with kmod 27. */
static const char *const builtin_tables[] = { "modules.builtin", "modules.builtin.bin",
					      "modules.builtin.alias.bin" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct table {
	struct buffer text;
	struct kmodindex_entry *entries;
	size_t count;
};

struct index {
	const struct modules *modules;
	struct item **items; /* those in the image */
	size_t count;
	struct image *image;
};

static void add_entry(struct table *table, char *key, const char *value, size_t priority)
{
	table->entries = xreallocarray(table->entries, table->count + 1, sizeof(*table->entries));
	table->entries[table->count++] = (struct kmodindex_entry){ key, xstrdup(value), priority };
}

/* As kmod asks: '-' is '_', but between brackets. */
static char *key_of(const char *text)
{
	char *key = xstrdup(text);
	int brackets = 0;

	for (char *at = key; *at; at++) {
		brackets = *at == '[' ? 1 : *at == ']' ? 0 : brackets;
		if (*at == '-' && !brackets)
			*at = '_';
	}
	return key;
}

/* By its name, which is `word`; index->count where there is none. */
static size_t find_item(const struct index *index, const char *word)
{
	size_t at = 0;

	while (at < index->count && !module_same(index->items[at]->name, word))
		at++;
	return at;
}

static void add_needs(const struct index *index, size_t at, struct indices *needs);

static void add_depends(const struct index *index, const char *names, struct indices *needs)
{
	char *words = xstrdup(names), *state = NULL;

	for (char *word = strtok_r(words, ",", &state); word; word = strtok_r(NULL, ",", &state)) {
		size_t need = find_item(index, word);

		if (need < index->count)
			add_needs(index, need, needs);
	}
	free(words);
}

/* What must be loaded for item `at`, each behind what it needs itself; the item last. */
static void add_needs(const struct index *index, size_t at, struct indices *needs)
{
	const struct buffer *info = &index->items[at]->info;
	struct span left = { (const uint8_t *)info->data, info->len };
	const char *text;

	for (size_t i = 0; i < needs->count; i++)
		if (needs->list[i] == at)
			return;
	while ((text = modinfo_next(&left)))
		if (!strncmp(text, "depends=", 8))
			add_depends(index, text + 8, needs);
	indices_add(needs, at);
}

static char *file_of(const struct index *index, size_t at)
{
	char *place = modules_place(index->modules, index->items[at]), *name;

	name = xstrdup(path_name(place));
	free(place);
	return name;
}

/* "virtio_pci.ko: virtio.ko virtio_ring.ko": loaded from the last to the first. */
static void add_dep(const struct index *index, size_t at, struct table *table)
{
	struct indices needs = { NULL, 0 };
	struct buffer line = { NULL, 0, 0 };

	add_needs(index, at, &needs);
	for (size_t i = needs.count; i-- > 0;) {
		char *file = file_of(index, needs.list[i]);

		buffer_printf(&line, i + 1 == needs.count ? "%s:" : " %s", file);
		free(file);
	}
	buffer_printf(&table->text, "%s\n", line.data);
	add_entry(table, xstrdup(index->items[at]->name), line.data, at);
	buffer_free(&line);
	free(needs.list);
}

static void add_infos(const struct index *index, size_t at, const char *key, struct table *table)
{
	const struct item *item = index->items[at];
	struct span left = { (const uint8_t *)item->info.data, item->info.len };
	size_t len = strlen(key);
	const char *text;

	while ((text = modinfo_next(&left))) {
		if (strncmp(text, key, len) != 0)
			continue;
		if (!strcmp(key, "alias=")) {
			buffer_printf(&table->text, "alias %s %s\n", text + len, item->name);
			add_entry(table, key_of(text + len), item->name, at);
		} else {
			buffer_printf(&table->text, "%.*s %s %s\n", (int)len - 1, key, item->name,
				      text + len);
		}
	}
}

/* The lines of depmod's own table that name a module of the image: which symbols a module exports
 * does not stand in its modinfo. */
static void add_symbols(const struct index *index, struct table *table)
{
	char *path = xasprintf("%s/modules.symbols", index->modules->dir), *line = NULL;
	FILE *in = fopen(path, "re");
	size_t size = 0;

	while (in && getline(&line, &size, in) > 0) {
		char *symbol = strchr(line, ' '), *name = symbol ? strchr(symbol + 1, ' ') : NULL;
		size_t at;

		if (strncmp(line, "alias ", 6) != 0 || !name)
			continue;
		*name++ = '\0';
		name[strcspn(name, "\n")] = '\0';
		at = find_item(index, name);
		if (at == index->count)
			continue;
		buffer_printf(&table->text, "alias %s %s\n", symbol + 1, name);
		add_entry(table, xstrdup(symbol + 1), name, at);
	}
	if (in)
		fclose(in);
	free(line);
	free(path);
}

static int add_data(const struct index *index, const char *name, const struct buffer *data)
{
	char *place = xasprintf("/lib/modules/%s/%s", index->modules->release, name);
	struct entry *entry = image_add_data(index->image, place, data->data ? data->data : "",
					     data->len, 0644, WHY);

	free(place);
	return entry ? 0 : -1;
}

/* NAME and NAME.bin; frees the table. */
static int write_table(const struct index *index, const char *name, struct table *table)
{
	char *binary = xasprintf("%s.bin", name);
	struct buffer out = { NULL, 0, 0 };
	int result = add_data(index, name, &table->text);

	kmodindex_write(table->entries, table->count, &out);
	if (!result)
		result = add_data(index, binary, &out);
	for (size_t i = 0; i < table->count; i++) {
		free(table->entries[i].key);
		free(table->entries[i].value);
	}
	free(table->entries);
	buffer_free(&table->text);
	buffer_free(&out);
	free(binary);
	return result;
}

static int write_softdep(const struct index *index)
{
	struct table softdep = { .count = 0 };
	int result;

	for (size_t i = 0; i < index->count; i++)
		add_infos(index, i, "softdep=", &softdep);
	result = add_data(index, "modules.softdep", &softdep.text);
	buffer_free(&softdep.text);
	return result;
}

static int copy_builtin(const struct index *index)
{
	int result = 0;

	for (size_t i = 0; i < COUNT(builtin_tables) && !result; i++) {
		char *from = xasprintf("%s/%s", index->modules->dir, builtin_tables[i]);
		char *place =
			xasprintf("/lib/modules/%s/%s", index->modules->release, builtin_tables[i]);

		if (!access(from, R_OK))
			result = image_add_file(index->image, place, from, 0644, WHY) ? 0 : -1;
		free(place);
		free(from);
	}
	return result;
}

static int write_tables(const struct index *index)
{
	struct table dep = { .count = 0 }, alias = { .count = 0 }, symbols = { .count = 0 };
	int result;

	for (size_t i = 0; i < index->count; i++) {
		add_dep(index, i, &dep);
		add_infos(index, i, "alias=", &alias);
	}
	add_symbols(index, &symbols);
	result = write_table(index, "modules.dep", &dep);
	result |= write_table(index, "modules.alias", &alias);
	result |= write_table(index, "modules.symbols", &symbols);
	result |= write_softdep(index);
	return result | copy_builtin(index);
}

void modules_want_index(struct modules *modules)
{
	modules->wants_index = 1;
}

/* In load order, so that of two modules with one alias the one that is needed comes first. */
static int by_load(const void *a, const void *b)
{
	const struct item *left = *(struct item *const *)a, *right = *(struct item *const *)b;

	if (left->load != right->load)
		return left->load > right->load ? -1 : 1;
	return left->rank < right->rank ? -1 : left->rank > right->rank;
}

int modules_write_index(struct modules *modules, struct image *image)
{
	struct index index = { modules, xcalloc(modules->count + 1, sizeof(*index.items)), 0,
			       image };
	int result;

	for (size_t i = 0; i < modules->count; i++)
		if (modules->items[i].load != LOAD_NEVER)
			index.items[index.count++] = &modules->items[i];
	qsort(index.items, index.count, sizeof(*index.items), by_load);
	result = modules->wants_index ? write_tables(&index) : 0;
	free(index.items);
	return result;
}
