// SPDX-License-Identifier: MIT
/* recipe_program.c - lines that bring programs: program, applets, and sysroot, which says from
 * where. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/applets.h"
#include "tools/lib/program/program.h"
#include "tools/lib/program/sysroot.h"
#include "tools/lib/recipe/recipe_line.h"

const char *recipe_sysroot(const struct recipe *recipe)
{
	return recipe->sysroot ? recipe->sysroot : "";
}

char *recipe_program_name(const char *root, const char *file, const char *name)
{
	return !*root && strchr(name, '/') ? path_beside(file, name) : xstrdup(name);
}

int verb_sysroot(const struct line *line)
{
	struct recipe *recipe = line->recipe;
	char *dir = line_host_path(line, 1), *root = sysroot_open_dir(dir);
	size_t count = 0;

	while (recipe->sysroots && recipe->sysroots[count])
		count++;
	free(dir);
	if (!root)
		return line_failed(line, "a directory that is another system's root");
	recipe->sysroots = xreallocarray(recipe->sysroots, count + 2, sizeof(*recipe->sysroots));
	recipe->sysroots[count] = *root ? root : NULL;
	recipe->sysroots[count + 1] = NULL;
	recipe->sysroot = recipe->sysroots[count];
	if (!*root)
		free(root);
	return 0;
}

const char *const *recipe_sysroots(const struct recipe *recipe)
{
	static const char *const none[] = { NULL };

	return recipe->sysroots ? recipe->sysroots : none;
}

/* One word after NAME and DEST. Returns 0, or -1 after reporting. */
static int take_word(const struct line *line, size_t word, struct program *program)
{
	const char *text = line_word(line, word);

	if (!strncmp(text, "dlopen=", 7)) {
		if (!dlopen_priority(text + 7, &program->dlopen))
			return 0;
		return line_expected(line, word, "dlopen=none, required, recommended or suggested");
	}
	if (!strcmp(text, "nss"))
		program->more |= PROGRAM_NSS;
	else if (!strcmp(text, "hwcaps"))
		program->more |= PROGRAM_HWCAPS;
	else
		return line_expected(line, word, "[DEST] [dlopen=...] [nss] [hwcaps]");
	return 0;
}

static int add(struct image *image, const struct program *program)
{
	struct image_defaults before = recipe_set_rank(image, IMAGE_PROGRAM);
	int result = program_add(image, program, NULL);

	image_set_defaults(image, before);
	return result;
}

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static int add_late(struct recipe *recipe, const struct program *program)
{
	struct program *late = xreallocarray(recipe->late, recipe->late_count + 1, sizeof(*late));

	recipe->late = late;
	late[recipe->late_count] = *program;
	late[recipe->late_count].name = copy(program->name);
	late[recipe->late_count].dest = copy(program->dest);
	late[recipe->late_count].root = copy(program->root);
	late[recipe->late_count].why = copy(program->why);
	recipe->late_count++;
	return 0;
}

int finish_programs(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->late_count; i++) {
		const struct program *late = &recipe->late[i];

		if (add(recipe->image, late) < 0)
			return error("%s: expected a program that can be packed, found \"%s\"",
				     late->why, shown(late->name));
	}
	return 0;
}

void recipe_free_programs(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->late_count; i++) {
		free((char *)recipe->late[i].name);
		free((char *)recipe->late[i].dest);
		free((char *)recipe->late[i].root);
		free((char *)recipe->late[i].why);
	}
	free(recipe->late);
	for (size_t i = 0; recipe->sysroots && recipe->sysroots[i]; i++)
		free((char *)recipe->sysroots[i]);
	free(recipe->sysroots);
}

int verb_program(const struct line *line)
{
	struct program program = { .root = recipe_sysroot(line->recipe),
				   .why = line->why,
				   .dlopen = DLOPEN_RECOMMENDED };
	size_t word = 2;
	char *name;
	int result;

	if (word < line->count && *line_word(line, word) == '/')
		program.dest = line_word(line, word++);
	for (; word < line->count; word++)
		if (take_word(line, word, &program))
			return -1;
	program.name = name = recipe_program_name(program.root, line->file, line_word(line, 1));
	if (program.more & PROGRAM_NSS)
		result = add_late(line->recipe, &program);
	else
		result = add(line->recipe->image, &program);
	free(name);
	return result < 0 ? line_failed(line, "a program that can be packed") : 0;
}

int verb_applets(const struct line *line)
{
	const char *root = recipe_sysroot(line->recipe), **names;
	struct image *image = line->recipe->image;
	struct image_defaults before;
	char *busybox;
	int result;

	busybox = recipe_program_name(root, line->file, line_word(line, 1));
	before = recipe_set_rank(image, IMAGE_TREE);
	names = xcalloc(line->count, sizeof(*names));
	for (size_t i = 2; i < line->count; i++)
		names[i - 2] = line_word(line, i);
	result = applets_add(image, root, busybox, names, line->why);
	image_set_defaults(image, before);
	free(names);
	free(busybox);
	return result;
}
