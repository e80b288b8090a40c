// SPDX-License-Identifier: MIT
/* recipe_early.c - the verbs of what the kernel reads before it unpacks anything. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/sources/microcode.h"
#include "tools/lib/recipe/recipe_line.h"

#define FIRMWARE "/lib/firmware"
#define ACPI "/kernel/firmware/acpi"
#define TABLE_MAX ((size_t)16 << 20) /* bytes */
#define EARLY_MAX ((size_t)256 << 20)

struct early {
	struct image *image; /* NULL until the first file of it */
};

const struct image *recipe_early(const struct recipe *recipe)
{
	const struct early *early = recipe_state(recipe, &recipe_early_part);

	return early->image;
}

static struct image *early_of(struct recipe *recipe)
{
	struct early *early = recipe_state(recipe, &recipe_early_part);

	if (!early->image)
		early->image = image_new();
	image_set_defaults(early->image, image_defaults(recipe->image));
	return early->image;
}

static void go_on_in(struct recipe *recipe, struct image *image)
{
	image_set_defaults(image, image_defaults(recipe->image));
	recipe->image = image;
}

void recipe_end_segment(struct recipe *recipe)
{
	go_on_in(recipe, recipe->main);
}

/* Time and rank go over to the lines of the other segment. */
int verb_segment(const struct line *line)
{
	if (!strcmp(line_word(line, 1), "early"))
		go_on_in(line->recipe, early_of(line->recipe));
	else if (!strcmp(line_word(line, 1), "main"))
		recipe_end_segment(line->recipe);
	else
		return line_expected(line, 1, "early or main");
	return 0;
}

static int add(const struct line *line, const char *path, const struct buffer *bytes)
{
	return image_add_data(early_of(line->recipe), path, bytes->data, bytes->len, 0644,
			      line->why)
		       ? 0
		       : -1;
}

int verb_early(const struct line *line)
{
	struct buffer bytes = { 0 };
	char *path;
	int result;

	if (line_absolute(line, 1) < 0)
		return -1;
	path = line_host_path(line, 2);
	result = whole_file(path, EARLY_MAX, "early file", &bytes);
	if (!result)
		result = add(line, line_word(line, 1), &bytes);
	buffer_free(&bytes);
	free(path);
	return result;
}

/* One text of one vendor grows with every line. */
static int add_updates(const struct line *line, const struct microcode *microcode)
{
	int result = 0;

	for (int i = 0; i < MICROCODE_VENDORS && !result; i++) {
		const struct buffer *updates = &microcode->updates[i];
		const struct entry *there = image_find(early_of(line->recipe), microcode_path(i));
		struct buffer all = { 0 };

		if (there)
			buffer_add(&all, there->data, there->size);
		buffer_add(&all, updates->data, updates->len);
		if (updates->len)
			result = add(line, microcode_path(i), &all);
		buffer_free(&all);
	}
	return result;
}

int verb_microcode(const struct line *line)
{
	struct microcode microcode = { 0 };
	struct microcode_filter filter = { 0 };
	size_t next = 1;
	int result = 0;

	if (line->count > 1 && !strcmp(line_word(line, 1), "this")) {
		filter = microcode_this();
		next++;
	}
	if (line->count == next)
		result = microcode_add(&microcode, FIRMWARE, &filter, line->why);
	for (; next < line->count && !result; next++) {
		char *path = line_host_path(line, next);

		result = microcode_add(&microcode, path, &filter, line->why);
		free(path);
	}
	if (!result && !microcode.updates[MICROCODE_INTEL].len &&
	    !microcode.updates[MICROCODE_AMD].len)
		warning("%s: no microcode for this machine's processor", line->why);
	if (!result)
		result = add_updates(line, &microcode);
	microcode_free(&microcode);
	return result;
}

/* A table's header: signature, length, revision, and a sum that makes all bytes 0. Source: ACPI
 * specification 6.5, 5.2.6. */
static const char *table_fault(struct span table)
{
	uint8_t sum = 0;

	if (table.len < 36)
		return "has fewer than the 36 bytes of a table's header";
	if (le32(table.data + 4) != table.len)
		return "has another length than its header: compile it with iasl";
	for (size_t i = 0; i < table.len; i++)
		sum = (uint8_t)(sum + table.data[i]);
	return sum ? "has a wrong checksum" : NULL;
}

static int add_table(const struct line *line, const char *path)
{
	struct buffer bytes = { 0 };
	char *place = path_join(ACPI, path_name(path));
	const char *fault = NULL;
	int result = whole_file(path, TABLE_MAX, "ACPI table", &bytes);

	if (!result)
		fault = table_fault(buffer_span(&bytes));
	if (fault)
		result = error("%s: %s: %s", line->why, shown(path), fault);
	if (!result)
		result = add(line, place, &bytes);
	buffer_free(&bytes);
	free(place);
	return result;
}

int verb_acpi(const struct line *line)
{
	int result = 0;

	for (size_t i = 1; i < line->count && !result; i++) {
		char *path = line_host_path(line, i);

		result = add_table(line, path);
		free(path);
	}
	return result;
}

static void free_early(void *state)
{
	image_free(((struct early *)state)->image);
}

const struct recipe_part recipe_early_part = { sizeof(struct early), NULL, free_early };
