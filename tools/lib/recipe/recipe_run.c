// SPDX-License-Identifier: MIT
/* recipe_run.c - what the machine runs: /init, a program of the recipe or of a container, its
 * environment and the command line. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/imageconf.h"
#include "init/pure/limits.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/install_path.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/program/image_layout.h"
#include "tools/lib/program/program.h"
#include "tools/lib/recipe/recipe_line.h"

struct run {
	char **words; /* of the last `run`, ended by NULL, or NULL */
	char *why;
	char *from; /* its recipe */
	const char *sysroot; /* that counted there */
	struct oci_run container; /* the program of the last `oci` */
	char *container_why; /* NULL: there was none */
	struct buffer env; /* NAME=VALUE, each ended by a NUL */
	char *env_why;
	struct buffer cmdline; /* text of IMAGECONF_LAST */
	char *cmdline_why; /* NULL: no cmdline verb */
	char *only_runs_why; /* of `init run`; NULL: none */
};

static struct run *run_of(const struct recipe *recipe)
{
	return recipe_state(recipe, &recipe_run_part);
}

#define CONTAINER_CONF IMAGECONF_DIR "/40-container.conf"

void recipe_set_container(struct recipe *recipe, struct oci_run *container, const char *why)
{
	struct run *run = run_of(recipe);

	oci_run_free(&run->container);
	free(run->container_why);
	run->container = *container;
	run->container_why = xstrdup(why);
	*container = (struct oci_run){ 0 };
}

struct buffer *recipe_cmdline(struct recipe *recipe, const char *why)
{
	struct run *run = run_of(recipe);

	if (!run->cmdline_why)
		run->cmdline_why = xstrdup(why);
	return &run->cmdline;
}

const char *recipe_cmdline_text(const struct recipe *recipe)
{
	const struct run *run = run_of(recipe);

	return run->cmdline.data ? run->cmdline.data : "";
}

/* The file of an `init` line. malloc'd, or NULL after reporting. */
static char *init_of(const struct line *line)
{
	struct run *run = run_of(line->recipe);

	if (line->count == 1)
		return installed_init();
	if (strcmp(line_word(line, 1), "run"))
		return line_host_path(line, 1);
	free(run->only_runs_why);
	run->only_runs_why = xstrdup(line->why);
	return installed_init_run();
}

int verb_init(const struct line *line)
{
	struct image *image = line->recipe->image;
	char *init = init_of(line);
	int result = -1;

	if (!init)
		return -1;
	if (access(init, R_OK) < 0)
		line_error(line, 1, "expected a readable file, found %s: %s (%s)", shown(init),
			   strerror(errno), strerrorname_np(errno));
	else if (image_add_file(image, "/init", init, 0755, line->why) &&
		 image_add_node(image, "/dev/console", S_IFCHR | 0600, 5, 1, line->why))
		result = 0;
	line_brings_root(line);
	free(init);
	return result;
}

int verb_cmdline(const struct line *line)
{
	struct buffer *cmdline = recipe_cmdline(line->recipe, line->why);

	/* An option's text is in the kernel's own syntax already. */
	if (!*line->file)
		buffer_text(cmdline, line_word(line, 1));
	else if (line_kernel_words(line, 1, cmdline) < 0)
		return -1;
	buffer_text(cmdline, "\n");
	return 0;
}

int verb_run(const struct line *line)
{
	struct run *run = run_of(line->recipe);

	if (run->words)
		return line_error(line, 0, "expected one run line, found another (the first: %s)",
				  run->why);
	run->words = xcalloc(line->count, sizeof(*run->words));
	for (size_t i = 1; i < line->count; i++)
		run->words[i - 1] = xstrdup(line_word(line, i));
	run->why = xstrdup(line->why);
	run->sysroot = recipe_sysroot(line->recipe);
	run->from = xstrdup(line->file);
	return 0;
}

int verb_env(const struct line *line)
{
	struct run *run = run_of(line->recipe);

	for (size_t i = 1; i < line->count; i++) {
		const char *word = line_word(line, i);

		if (!strchr(word, '=') || *word == '=')
			return line_expected(line, i, "NAME=VALUE");
		buffer_add(&run->env, word, strlen(word) + 1);
	}
	free(run->env_why);
	run->env_why = xstrdup(line->why);
	return 0;
}

static bool is_program(const struct image *image, const char *path)
{
	const struct entry *entry = image_find(image, path);

	return entry && (S_ISREG(entry->mode) || S_ISLNK(entry->mode));
}

/* The path of the program in one of `dirs` for which `is_there` holds, malloc'd; NULL: in none. */
static char *find_in(const char *dirs, const char *name, const struct image *image,
		     bool (*is_there)(const struct image *image, const char *path))
{
	while (*dirs) {
		size_t len = strcspn(dirs, ":");
		char *path = xasprintf("%.*s/%s", (int)len, dirs, name);

		if (is_there(image, path))
			return path;
		free(path);
		dirs += len + (dirs[len] == ':');
	}
	return NULL;
}

/* A program that the image has already: its path, malloc'd, or NULL. A name without slash is
 * looked for where a shell would. */
static char *program_in_image(const struct recipe *recipe, const char *name)
{
	if (*name == '/')
		return is_program(recipe->image, name) ? xstrdup(name) : NULL;
	return strchr(name, '/') ? NULL : find_in(DEFAULT_PATH, name, recipe->image, is_program);
}

static int add_run_program(struct recipe *recipe, char **path)
{
	const struct run *run = run_of(recipe);
	char *name = recipe_program_name(run->sysroot, run->from, run->words[0]);
	const struct program program = {
		.name = name, .root = run->sysroot, .why = run->why, .dlopen = DLOPEN_RECOMMENDED
	};
	struct image_defaults before = recipe_set_rank(recipe->image, IMAGE_PROGRAM);
	int result = program_add(recipe->image, &program, path);

	image_set_defaults(recipe->image, before);
	free(name);
	if (result < 0 && *run->from)
		error("%s: expected a program that can be packed after run, found \"%s\"", run->why,
		      shown(run->words[0]));
	return result;
}

/* Last of all, so that it does not matter which line brings the program in. */
static int finish_line(struct recipe *recipe)
{
	struct run *run = run_of(recipe);
	char *path = program_in_image(recipe, run->words[0]);

	if (!path && add_run_program(recipe, &path) < 0)
		return -1;
	free(run->words[0]);
	run->words[0] = path;
	return image_add_words(recipe->image, RUN_FILE, run->words, run->why);
}

static const char *container_path(const struct oci_run *container)
{
	for (char **word = container->env; word && *word; word++)
		if (!strncmp(*word, "PATH=", 5))
			return *word + 5;
	return DEFAULT_PATH;
}

static bool leads_to_file(const struct image *image, const char *path)
{
	char *real = image_layout_resolve(image, path);
	const struct entry *entry = image_find(image, real);

	free(real);
	return entry && S_ISREG(image_inode((struct entry *)entry)->mode);
}

/* Where /init will find the program, which has the container's PATH. */
static bool has_program(const struct image *image, const struct oci_run *container)
{
	const char *name = container->argv[0];
	char *path = strchr(name, '/')
			     ? xstrdup(name)
			     : find_in(container_path(container), name, image, leads_to_file);
	int found = path && leads_to_file(image, path);

	free(path);
	return found;
}

/* User and directory are words that the kernel's line, and a `cmdline` of the recipe, may change.
 */
static int finish_container_conf(struct recipe *recipe)
{
	const struct run *run = run_of(recipe);
	const struct oci_run *container = &run->container;
	struct buffer text = { 0 };
	int result = 0;

	if (container->workdir && strpbrk(container->workdir, "\"\n"))
		return error(
			"%s: WorkingDir %s has a character that the kernel's command line cannot hold",
			run->container_why, shown(container->workdir));
	if (container->user)
		buffer_printf(&text, "rdinit.user=%s\n", container->user);
	if (container->workdir)
		buffer_printf(&text, "rdinit.chdir=\"%s\"\n", container->workdir);
	if (text.len && !image_add_data(recipe->image, CONTAINER_CONF, text.data, text.len, 0644,
					run->container_why))
		result = -1;
	buffer_free(&text);
	return result;
}

/* The container's environment first: lines of the recipe follow it, and the last one counts. */
static int finish_env(struct recipe *recipe)
{
	const struct run *run = run_of(recipe);
	const struct oci_run *container = &run->container;
	struct buffer text = { 0 };
	int result = 0;

	if (container->home) {
		buffer_text(&text, "HOME=");
		buffer_add(&text, container->home, strlen(container->home) + 1);
	}
	for (char **word = container->env; word && *word; word++)
		buffer_add(&text, *word, strlen(*word) + 1);
	buffer_add(&text, run->env.data, run->env.len);
	if (text.len && !image_add_data(recipe->image, ENV_FILE, text.data, text.len, 0644,
					run->env_why ? run->env_why : run->container_why))
		result = -1;
	buffer_free(&text);
	return result;
}

static int finish_container(struct recipe *recipe)
{
	const struct run *run = run_of(recipe);
	const struct oci_run *container = &run->container;

	if (!container->argv[0]) {
		warning("%s: the container names no program: name one with a run line or --app",
			run->container_why);
		return 0;
	}
	if (!has_program(recipe->image, container))
		warning("%s: the container's program %s is not in the image", run->container_why,
			shown(container->argv[0]));
	return image_add_words(recipe->image, RUN_FILE, container->argv, run->container_why);
}

static int finish_program(struct recipe *recipe)
{
	const struct run *run = run_of(recipe);
	int result = 0;

	if (run->words)
		result = finish_line(recipe);
	else if (run->container_why)
		result = finish_container(recipe);
	if (!result && run->container_why)
		result = finish_container_conf(recipe);
	return result ? result : finish_env(recipe);
}

static int finish_cmdline(struct recipe *recipe)
{
	const struct run *run = run_of(recipe);

	if (!run->cmdline_why)
		return 0;
	return image_add_data(recipe->image, IMAGECONF_LAST, run->cmdline.data, run->cmdline.len,
			      0644, run->cmdline_why)
		       ? 0
		       : -1;
}

/* The part of modules has finished: their tables are in the image. */
static int finish_init(struct recipe *recipe)
{
	const char *why = run_of(recipe)->only_runs_why;

	if (!why || !image_find(recipe->image, DRIVERS_FILE))
		return 0;
	return error(
		"%s: init run: this /init loads no drivers as devices appear: write `module` in "
		"place of `driver`, or `init` alone",
		why);
}

static int finish(struct recipe *recipe)
{
	if (finish_init(recipe) < 0)
		return -1;
	return finish_program(recipe) < 0 ? -1 : finish_cmdline(recipe);
}

static void free_run(void *state)
{
	struct run *run = state;

	for (size_t i = 0; run->words && run->words[i]; i++)
		free(run->words[i]);
	free(run->words);
	free(run->why);
	free(run->from);
	oci_run_free(&run->container);
	free(run->container_why);
	buffer_free(&run->env);
	free(run->env_why);
	buffer_free(&run->cmdline);
	free(run->cmdline_why);
	free(run->only_runs_why);
}

const struct recipe_part recipe_run_part = { sizeof(struct run), finish, free_run };
