// SPDX-License-Identifier: MIT
/* recipe_module.c - the verbs about kernel modules. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/host/host.h"
#include "tools/lib/module/modsign.h"
#include "tools/lib/recipe/recipe_line.h"
#include "tools/lib/recipe/recipe_option.h"

static int add(const struct line *line, enum module_load load)
{
	const char *name = line_word(line, 1);
	struct modules *modules = recipe_modules(line->recipe);
	struct buffer options = { 0 };
	char *beside = strchr(name, '/') ? line_host_path(line, 1) : xstrdup(name);
	int result = -1;

	if (modules && line_kernel_words(line, 2, &options) == 0) {
		result = modules_add(modules, load, access(beside, R_OK) ? name : beside,
				     options.data, line->why);
		if (result < 0)
			line_failed(line, "a module that this kernel has");
	}
	buffer_free(&options);
	free(beside);
	return result;
}

int verb_module(const struct line *line)
{
	return add(line, LOAD_ALWAYS);
}

int verb_driver(const struct line *line)
{
	return add(line, LOAD_ON_DEVICE);
}

int verb_firmware(const struct line *line)
{
	struct modules *modules = recipe_modules(line->recipe);

	for (size_t i = 1; modules && i < line->count; i++)
		modules_add_firmware_name(modules, line_word(line, i));
	return modules ? 0 : -1;
}

int verb_module_index(const struct line *line)
{
	struct modules *modules = recipe_modules(line->recipe);

	if (modules)
		modules_want_index(modules);
	return modules ? 0 : -1;
}

/* A line applies to the modules of the lines after it: one before would have been added without. */
int verb_modprobe_d(const struct line *line)
{
	int first = !line->recipe->modules;
	struct modules *modules = recipe_modules(line->recipe);
	char *dir;
	int result;

	if (!modules)
		return -1;
	if (!first)
		return line_error(line, 0,
				  "expected modprobe-d before the first line about modules");
	dir = line_host_path(line, 1);
	result = modules_add_conf(modules, dir);
	free(dir);
	return result < 0 ? line_failed(line, "a directory as modprobe.d(5) describes") : 0;
}

static const char *root_of(const struct recipe *recipe)
{
	return recipe->options.host_root ? recipe->options.host_root : "";
}

int verb_for_machine(const struct line *line)
{
	struct modules *modules = recipe_modules(line->recipe);

	if (!modules)
		return -1;
	if (!host_add_machine(modules, root_of(line->recipe), line_word(line, 1), line->why))
		return 0;
	return line_failed(line, "a machine that the kernel's modules fit");
}

int verb_for_root(const struct line *line)
{
	struct modules *modules = recipe_modules(line->recipe);
	char *path = line_host_path(line, 1);
	int result = -1;

	if (modules)
		result = host_add_root(modules, root_of(line->recipe), path, line->why);
	free(path);
	return modules && result ? line_failed(line, "a root that the kernel can mount") : result;
}

int recipe_option_host(struct recipe *recipe, const char *where)
{
	struct modules *modules = recipe_modules(recipe);
	const char *root = root_of(recipe);

	if (!modules || host_add_machine(modules, root, "this", where) ||
	    host_add_mounted_root(modules, root, where, &recipe->cmdline)) {
		recipe->errors++;
		return -1;
	}
	if (!recipe->cmdline_why)
		recipe->cmdline_why = xstrdup(where);
	return 0;
}

static int check_cmdline(const struct recipe *recipe)
{
	char *line = xstrdup(recipe->cmdline.data ? recipe->cmdline.data : "");
	const char *word = modsign_enforcing_word(line);
	int result = 0;

	if (word)
		result = error(
			"--unsigned-modules: the image's command line has %s, with which the kernel "
			"loads only signed modules",
			shown(word));
	free(line);
	return result;
}

int finish_modules(struct recipe *recipe)
{
	struct image_defaults before;
	int result;

	if (!recipe->modules)
		return 0;
	if (recipe->options.signatures == SIGNATURES_GO && check_cmdline(recipe) < 0)
		return -1;
	before = recipe_set_rank(recipe->image, IMAGE_PROGRAM);
	result = modules_finish(recipe->modules, recipe->image);
	image_set_defaults(recipe->image, before);
	return result;
}
