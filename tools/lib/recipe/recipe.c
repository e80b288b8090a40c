// SPDX-License-Identifier: MIT
/* recipe.c - the text that says what is in an image: files, lines, the table of verbs. */
#include "tools/lib/recipe/recipe.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/recipe/recipe_line.h"

#define RECIPE_MAX ((size_t)256 << 20) /* bytes of one recipe; a large tree's list has 3 MB */
#define MANY 100000

/* The language. Reading down this table is reading rdinit-recipe(5). */
static const struct verb {
	const char *name;
	size_t min, max; /* arguments */
	int (*run)(const struct line *line);
	const char *usage;
	enum { MAIN_ONLY, ANY_SEGMENT } place;
} verbs[] = {
	{ "file", 5, MANY, verb_file, "file NAME LOCATION MODE UID GID [HARDLINK...]",
	  ANY_SEGMENT },
	{ "dir", 4, 4, verb_dir, "dir NAME MODE UID GID", ANY_SEGMENT },
	{ "nod", 7, 7, verb_nod, "nod NAME MODE UID GID b|c MAJOR MINOR", ANY_SEGMENT },
	{ "slink", 5, 5, verb_slink, "slink NAME TARGET MODE UID GID", ANY_SEGMENT },
	{ "pipe", 4, 4, verb_pipe, "pipe NAME MODE UID GID", ANY_SEGMENT },
	{ "sock", 4, 4, verb_sock, "sock NAME MODE UID GID", ANY_SEGMENT },
	{ "tree", 1, MANY, verb_tree, "tree HOSTDIR [DEST] [keep|UID:GID] [without PATTERN...]",
	  ANY_SEGMENT },
	{ "tar", 1, 3, verb_tar, "tar FILE [DEST] [keep|UID:GID]", ANY_SEGMENT },
	{ "oci", 1, 3, verb_oci, "oci PATH[:TAG] [DEST] [keep|UID:GID]" },
	{ "image", 1, 3, verb_image, "image FILE [DEST] [keep|UID:GID]", ANY_SEGMENT },
	{ "program", 1, 6, verb_program, "program NAME [DEST] [dlopen=PRIORITY] [nss] [hwcaps]" },
	{ "sysroot", 1, 1, verb_sysroot, "sysroot DIR" },
	{ "run", 1, MANY, verb_run, "run PROGRAM [ARG...]" },
	{ "attr", 4, 4, verb_attr, "attr PATTERN MODE|- UID|- GID|-" },
	{ "env", 1, MANY, verb_env, "env NAME=VALUE..." },
	{ "keymap", 1, 1, verb_keymap, "keymap NAME|FILE" },
	{ "microcode", 0, MANY, verb_microcode, "microcode [this] [FILE|DIR...]", ANY_SEGMENT },
	{ "acpi", 1, MANY, verb_acpi, "acpi TABLE...", ANY_SEGMENT },
	{ "early", 2, 2, verb_early, "early NAME FILE", ANY_SEGMENT },
	{ "segment", 1, 1, verb_segment, "segment early|main", ANY_SEGMENT },
	{ "module", 1, MANY, verb_module, "module NAME|PATTERN|PATH|ALIAS [OPTION=VALUE...]" },
	{ "driver", 1, MANY, verb_driver, "driver NAME|PATTERN|PATH|ALIAS [OPTION=VALUE...]" },
	{ "firmware", 1, MANY, verb_firmware, "firmware NAME|PATTERN..." },
	{ "for-machine", 1, 1, verb_for_machine, "for-machine pc|q35|microvm|this" },
	{ "for-root", 1, 1, verb_for_root, "for-root DEVICE|IMAGE" },
	{ "module-index", 0, 0, verb_module_index, "module-index" },
	{ "modprobe-d", 1, 1, verb_modprobe_d, "modprobe-d DIR" },
	{ "applets", 1, MANY, verb_applets, "applets BUSYBOX [NAME...]" },
	{ "cmdline", 1, MANY, verb_cmdline, "cmdline PARAMETER..." },
	{ "mtime", 1, 1, verb_mtime, "mtime SECONDS", ANY_SEGMENT },
	{ "init", 0, 1, verb_init, "init [FILE|run]" },
	{ "include", 1, 1, verb_include, "include FILE", ANY_SEGMENT },
};

/* In the order in which they finish: what others bring is judged, and its owners are set, last. */
static const struct recipe_part *const parts[] = {
	&recipe_module_part, &recipe_program_part, &recipe_run_part,  &recipe_sources_part,
	&recipe_limits_part, &recipe_attr_part,	   &recipe_list_part, &recipe_early_part,
};

#define PARTS COUNT(parts)

void *recipe_state(const struct recipe *recipe, const struct recipe_part *part)
{
	size_t i = 0;

	while (parts[i] != part)
		i++;
	return recipe->states[i];
}

static const char *variable(const void *context, const char *name)
{
	const struct recipe *recipe = context;
	size_t len = strlen(name);
	const char *value = NULL;

	for (const char *const *var = recipe->options.vars; var && *var; var++)
		if (!strncmp(*var, name, len) && (*var)[len] == '=')
			value = *var + len + 1;
	return value ? value : getenv(name);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static int unknown_verb(const struct line *line)
{
	struct buffer names = { 0 };
	int result;

	for (size_t i = 0; i < COUNT(verbs); i++)
		buffer_printf(&names, "%s%s", i ? ", " : "", verbs[i].name);
	result = line_error(line, 0, "expected one of %s, found \"%s\"", names.data,
			    shown(line_word(line, 0)));
	buffer_free(&names);
	return result;
}

/* Runs the words of a line: finds the verb, counts its arguments. 0, or -1 after reporting. */
static int line_run(const struct line *line)
{
	const struct verb *verb = find_verb(line_word(line, 0));
	unsigned int before = line->recipe->errors;

	if (!verb)
		return unknown_verb(line);
	if (line->count - 1 < verb->min)
		return line_error(line, line->count, "expected %s, found the end of the line",
				  verb->usage);
	if (line->count - 1 > verb->max)
		return line_error(line, verb->max + 1, "expected %s, found an extra \"%s\"",
				  verb->usage, shown(line_word(line, verb->max + 1)));
	if (verb->place == MAIN_ONLY && line->recipe->image != line->recipe->main)
		return line_error(line, 0,
				  "%s belongs to the main segment: write `segment main` before it",
				  verb->name);
	if (verb->run(line) == 0)
		return 0;
	if (line->recipe->errors == before) /* reported further down, under line->why */
		line->recipe->errors++;
	return -1;
}

static void text_line(struct recipe *recipe, const char *file, unsigned int number,
		      struct span text)
{
	struct words words = { 0 };
	struct line line = { .recipe = recipe, .file = file };

	line.why = xasprintf("%s:%u", shown(file), number);
	if (words_parse(text, variable, recipe, &words) < 0) {
		recipe->errors++;
		error("%s:%u: %s", line.why, words.fault_column, words.fault);
	} else if (words.count) {
		line.words = words.list;
		line.count = words.count;
		line.end_column = words.end_column;
		line_run(&line);
	}
	words_free(&words);
	free(line.why);
}

static void text_lines(struct recipe *recipe, const char *file, struct span text)
{
	for (unsigned int number = 1; text.len && recipe->errors < RECIPE_ERRORS_MAX; number++) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;

		text_line(recipe, file, number, (struct span){ text.data, len });
		len += end != NULL;
		text = (struct span){ text.data + len, text.len - len };
	}
}

int recipe_read(struct recipe *recipe, const char *path)
{
	const char *name = strcmp(path, "-") ? path : "<stdin>";
	unsigned int before = recipe->errors;
	struct buffer text = { 0 };

	recipe->files[recipe->depth++] = name;
	rights_note_path(path);
	if (whole_file(path, RECIPE_MAX, "recipe", &text) < 0)
		recipe->errors++;
	else
		text_lines(recipe, name, buffer_span(&text));
	recipe->depth--;
	if (!recipe->depth)
		recipe_end_segment(recipe);
	buffer_free(&text);
	if (!recipe->depth && recipe->errors >= RECIPE_ERRORS_MAX)
		error("%s: too many errors", shown(name));
	return recipe->errors == before ? 0 : -1;
}

int verb_mtime(const struct line *line)
{
	struct image_defaults defaults = image_defaults(line->recipe->image);
	uint32_t seconds;

	if (line_number(line, 1, "seconds since 1970", &seconds) < 0)
		return -1;
	defaults.mtime = seconds;
	image_set_defaults(line->recipe->image, defaults);
	line->recipe->mtime_rule = MTIME_SET;
	return 0;
}

static bool is_included(const struct recipe *recipe, const char *path)
{
	struct stat one, other;

	for (size_t i = 0; i < recipe->depth; i++)
		if (!stat(path, &one) && !stat(recipe->files[i], &other) &&
		    one.st_dev == other.st_dev && one.st_ino == other.st_ino)
			return true;
	return false;
}

int verb_include(const struct line *line)
{
	struct recipe *recipe = line->recipe;
	char *path = line_host_path(line, 1);
	int result;

	if (is_included(recipe, path))
		result = line_error(line, 1,
				    "expected another recipe, found %s, which includes this one",
				    shown(path));
	else if (recipe->depth == COUNT(recipe->files))
		result = line_error(line, 1, "expected up to %zu nested recipes, found %s",
				    recipe->depth, shown(path));
	else if (access(path, R_OK) < 0)
		result = line_error(line, 1, "expected a readable recipe, found %s: %s (%s)",
				    shown(path), strerror(errno), strerrorname_np(errno));
	else
		result = recipe_read(recipe, path);
	free(path);
	return result;
}

int recipe_line(struct recipe *recipe, const char *where, const char *const *words)
{
	struct line line = { .recipe = recipe, .file = "", .why = xstrdup(where) };
	struct word *list = xcalloc(1, sizeof(*list));
	int result;

	for (; words[line.count]; line.count++) {
		list = xreallocarray(list, line.count + 1, sizeof(*list));
		list[line.count] = (struct word){ (char *)words[line.count], 1 };
	}
	line.words = list;
	result = line_run(&line);
	free(list);
	free(line.why);
	return result;
}

/* Entries that no line names keep their times, up to SOURCE_DATE_EPOCH. */
static void clamp_times(struct recipe *recipe)
{
	size_t count;
	struct entry **all = image_entries(recipe->image, &count);

	for (size_t i = 0; i < count; i++)
		if (all[i]->rank != IMAGE_EXPLICIT && all[i]->mtime > recipe->options.newest)
			all[i]->mtime = recipe->options.newest;
	free(all);
}

int recipe_finish(struct recipe *recipe)
{
	if (recipe->errors)
		return -1;
	for (size_t i = 0; i < PARTS; i++)
		if (parts[i]->finish && parts[i]->finish(recipe) < 0)
			return -1;
	clamp_times(recipe);
	return 0;
}

struct recipe *recipe_new(struct image *image, const struct recipe_options *options)
{
	struct recipe *recipe = xcalloc(1, sizeof(*recipe));
	struct image_defaults defaults = image_defaults(image);

	recipe->image = recipe->main = image;
	recipe->options = *options;
	recipe->states = xcalloc(PARTS, sizeof(*recipe->states));
	for (size_t i = 0; i < PARTS; i++)
		recipe->states[i] = xcalloc(1, parts[i]->size + 1);
	defaults.mtime = options->newest;
	image_set_defaults(image, defaults);
	return recipe;
}

void recipe_free(struct recipe *recipe)
{
	if (!recipe)
		return;
	for (size_t i = 0; i < PARTS; i++) {
		if (parts[i]->free)
			parts[i]->free(recipe->states[i]);
		free(recipe->states[i]);
	}
	free(recipe->states);
	free(recipe);
}
