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

struct programs {
	struct program *late; /* `program ... nss`, all texts their own: the last line may bring
			       * /etc/nsswitch.conf */
	size_t late_count;
	const char **sysroots; /* of `sysroot` lines (sysroot.h), ended by NULL; or NULL: none */
	const char *sysroot; /* of the lines to come, one of those; NULL: the host */
};

static struct programs *programs_of(const struct recipe *recipe)
{
	return recipe_state(recipe, &recipe_program_part);
}

const char *recipe_sysroot(const struct recipe *recipe)
{
	const struct programs *programs = programs_of(recipe);

	return programs->sysroot ? programs->sysroot : "";
}

char *recipe_program_name(const char *root, const char *file, const char *name)
{
	return !*root && strchr(name, '/') ? path_beside(file, name) : xstrdup(name);
}

int verb_sysroot(const struct line *line)
{
	struct programs *programs = programs_of(line->recipe);
	char *dir = line_host_path(line, 1), *root = sysroot_open_dir(dir);
	size_t count = 0;

	while (programs->sysroots && programs->sysroots[count])
		count++;
	free(dir);
	if (!root)
		return line_failed(line, "a directory that is another system's root");
	programs->sysroots =
		xreallocarray(programs->sysroots, count + 2, sizeof(*programs->sysroots));
	programs->sysroots[count] = *root ? root : NULL;
	programs->sysroots[count + 1] = NULL;
	programs->sysroot = programs->sysroots[count];
	if (!*root)
		free(root);
	return 0;
}

const char *const *recipe_sysroots(const struct recipe *recipe)
{
	static const char *const none[] = { NULL };
	const struct programs *programs = programs_of(recipe);

	return programs->sysroots ? programs->sysroots : none;
}

/* One word after NAME and DEST. Returns 0, or -1 after reporting. */
static int parse_word(const struct line *line, size_t word, struct program *program)
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

static void add_late(struct programs *programs, const struct program *program)
{
	struct program *late;

	programs->late =
		xreallocarray(programs->late, programs->late_count + 1, sizeof(*programs->late));
	late = &programs->late[programs->late_count++];
	*late = *program;
	late->name = xstrdup(program->name);
	late->dest = program->dest ? xstrdup(program->dest) : NULL;
	late->root = xstrdup(program->root);
	late->why = xstrdup(program->why);
}

static int finish(struct recipe *recipe)
{
	const struct programs *programs = programs_of(recipe);

	for (size_t i = 0; i < programs->late_count; i++) {
		const struct program *late = &programs->late[i];

		if (add(recipe->image, late) < 0)
			return error("%s: expected a program that can be packed, found \"%s\"",
				     late->why, shown(late->name));
	}
	return 0;
}

static void free_programs(void *state)
{
	struct programs *programs = state;

	for (size_t i = 0; i < programs->late_count; i++) {
		free((char *)programs->late[i].name);
		free((char *)programs->late[i].dest);
		free((char *)programs->late[i].root);
		free((char *)programs->late[i].why);
	}
	free(programs->late);
	for (size_t i = 0; programs->sysroots && programs->sysroots[i]; i++)
		free((char *)programs->sysroots[i]);
	free(programs->sysroots);
}

const struct recipe_part recipe_program_part = { sizeof(struct programs), finish, free_programs };

int verb_program(const struct line *line)
{
	struct program program = { .root = recipe_sysroot(line->recipe),
				   .why = line->why,
				   .dlopen = DLOPEN_RECOMMENDED };
	size_t word = 2;
	char *name;
	int result = 0;

	if (word < line->count && *line_word(line, word) == '/')
		program.dest = line_word(line, word++);
	for (; word < line->count; word++)
		if (parse_word(line, word, &program))
			return -1;
	program.name = name = recipe_program_name(program.root, line->file, line_word(line, 1));
	if (program.more & PROGRAM_NSS)
		add_late(programs_of(line->recipe), &program);
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
