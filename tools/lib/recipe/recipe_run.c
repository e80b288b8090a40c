// SPDX-License-Identifier: MIT
/* recipe_run.c - what the machine runs: a program of the recipe's, or a container's. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/imageconf.h"
#include "init/pure/limits.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/image_layout.h"
#include "tools/lib/program/program.h"
#include "tools/lib/recipe/recipe_line.h"

#define CONTAINER_CONF IMAGECONF_DIR "/40-container.conf"

int verb_run(const struct line *line)
{
	struct recipe *recipe = line->recipe;

	if (recipe->run)
		return line_error(line, 0, "expected one run line, found another (the first: %s)",
				  recipe->run_why);
	recipe->run = xcalloc(line->count, sizeof(*recipe->run));
	for (size_t i = 1; i < line->count; i++)
		recipe->run[i - 1] = xstrdup(line_word(line, i));
	recipe->run_why = xstrdup(line->why);
	recipe->run_sysroot = recipe_sysroot(recipe);
	recipe->run_from = xstrdup(line->file);
	return 0;
}

int verb_env(const struct line *line)
{
	struct recipe *recipe = line->recipe;

	for (size_t i = 1; i < line->count; i++) {
		const char *word = line_word(line, i);

		if (!strchr(word, '=') || *word == '=')
			return line_expected(line, i, "NAME=VALUE");
		buffer_add(&recipe->env, word, strlen(word) + 1);
	}
	free(recipe->env_why);
	recipe->env_why = xstrdup(line->why);
	return 0;
}

static int is_program(const struct recipe *recipe, const char *path)
{
	const struct entry *entry = image_find(recipe->image, path);

	return entry && (S_ISREG(entry->mode) || S_ISLNK(entry->mode));
}

/* A program that the image has already: its path, malloc'd, or NULL. A name without slash is
 * looked for where a shell would. */
static char *program_in_image(const struct recipe *recipe, const char *name)
{
	static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					    "/usr/bin",	       "/sbin",		 "/bin" };

	if (*name == '/')
		return is_program(recipe, name) ? xstrdup(name) : NULL;
	for (size_t i = 0; !strchr(name, '/') && i < sizeof(dirs) / sizeof(*dirs); i++) {
		char *path = path_join(dirs[i], name);

		if (is_program(recipe, path))
			return path;
		free(path);
	}
	return NULL;
}

static int add_run_program(struct recipe *recipe, char **path)
{
	char *name = recipe_program_name(recipe->run_sysroot, recipe->run_from, recipe->run[0]);
	const struct program program = { .name = name,
					 .root = recipe->run_sysroot,
					 .why = recipe->run_why,
					 .dlopen = DLOPEN_RECOMMENDED };
	struct image_defaults before = recipe_set_rank(recipe->image, IMAGE_PROGRAM);
	int result = program_add(recipe->image, &program, path);

	image_set_defaults(recipe->image, before);
	free(name);
	if (result < 0 && *recipe->run_from)
		error("%s: expected a program that can be packed after run, found \"%s\"",
		      recipe->run_why, shown(recipe->run[0]));
	return result;
}

/* Words each ended by a NUL, as /init reads them. */
static int add_words(struct image *image, const char *path, char *const *words, const char *why)
{
	struct buffer text = { 0 };
	int result;

	for (; *words; words++)
		buffer_add(&text, *words, strlen(*words) + 1);
	result = image_add_data(image, path, text.data, text.len, 0644, why) ? 0 : -1;
	buffer_free(&text);
	return result;
}

/* Last of all, so that it does not matter which line brings the program in. */
static int finish_line(struct recipe *recipe)
{
	char *path = program_in_image(recipe, recipe->run[0]);

	if (!path && add_run_program(recipe, &path) < 0)
		return -1;
	free(recipe->run[0]);
	recipe->run[0] = path;
	return add_words(recipe->image, RUN_FILE, recipe->run, recipe->run_why);
}

static const char *container_path(const struct oci_run *container)
{
	for (char **word = container->env; word && *word; word++)
		if (!strncmp(*word, "PATH=", 5))
			return *word + 5;
	return DEFAULT_PATH;
}

static int leads_to_file(const struct image *image, const char *path)
{
	char *real = layout_resolve(image, path);
	const struct entry *entry = image_find(image, real);

	free(real);
	return entry && S_ISREG(image_inode((struct entry *)entry)->mode);
}

/* Where /init will find the program, which has the container's PATH. */
static int has_program(const struct image *image, const struct oci_run *container)
{
	const char *name = container->argv[0], *dirs = container_path(container);
	int found = strchr(name, '/') != NULL && leads_to_file(image, name);

	while (!found && !strchr(name, '/') && *dirs) {
		char *path = xasprintf("%.*s/%s", (int)strcspn(dirs, ":"), dirs, name);

		found = leads_to_file(image, path);
		dirs += strcspn(dirs, ":");
		dirs += *dirs == ':';
		free(path);
	}
	return found;
}

/* User and directory are words that the kernel's line, and a `cmdline` of the recipe, may change.
 */
static int finish_container_conf(struct recipe *recipe)
{
	const struct oci_run *container = &recipe->container;
	struct buffer text = { 0 };
	int result = 0;

	if (container->workdir && strpbrk(container->workdir, "\"\n"))
		return error(
			"%s: WorkingDir %s has a character that the kernel's command line cannot hold",
			recipe->container_why, shown(container->workdir));
	if (container->user)
		buffer_printf(&text, "rdinit.user=%s\n", container->user);
	if (container->workdir)
		buffer_printf(&text, "rdinit.chdir=\"%s\"\n", container->workdir);
	if (text.len && !image_add_data(recipe->image, CONTAINER_CONF, text.data, text.len, 0644,
					recipe->container_why))
		result = -1;
	buffer_free(&text);
	return result;
}

/* The container's environment first: lines of the recipe follow it, and the last one counts. */
static int finish_env(struct recipe *recipe)
{
	const struct oci_run *container = &recipe->container;
	struct buffer text = { 0 };
	int result = 0;

	if (container->home) {
		buffer_text(&text, "HOME=");
		buffer_add(&text, container->home, strlen(container->home) + 1);
	}
	for (char **word = container->env; word && *word; word++)
		buffer_add(&text, *word, strlen(*word) + 1);
	buffer_add(&text, recipe->env.data, recipe->env.len);
	if (text.len && !image_add_data(recipe->image, ENV_FILE, text.data, text.len, 0644,
					recipe->env_why ? recipe->env_why : recipe->container_why))
		result = -1;
	buffer_free(&text);
	return result;
}

static int finish_container(struct recipe *recipe)
{
	const struct oci_run *container = &recipe->container;

	if (!container->argv[0]) {
		warning("%s: the container names no program: name one with a run line or --app",
			recipe->container_why);
		return 0;
	}
	if (!has_program(recipe->image, container))
		warning("%s: the container's program %s is not in the image", recipe->container_why,
			shown(container->argv[0]));
	return add_words(recipe->image, RUN_FILE, container->argv, recipe->container_why);
}

int finish_run(struct recipe *recipe)
{
	int result = 0;

	if (recipe->run)
		result = finish_line(recipe);
	else if (recipe->container_why)
		result = finish_container(recipe);
	if (!result && recipe->container_why)
		result = finish_container_conf(recipe);
	return result ? result : finish_env(recipe);
}
