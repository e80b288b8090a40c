// SPDX-License-Identifier: MIT
/* recipe_module.c - the verbs about kernel modules, and the kernel that they are for. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/host/host.h"
#include "tools/lib/kernel/kernel.h"
#include "tools/lib/kernel/kernel_boot.h"
#include "tools/lib/kernel/kernel_config.h"
#include "tools/lib/module/modsign.h"
#include "tools/lib/recipe/recipe_line.h"
#include "tools/lib/recipe/recipe_option.h"

/* Set to y, the kernel loads only signed modules. */
static const char *const enforcing[] = { "MODULE_SIG_FORCE", "LOCK_DOWN_KERNEL_FORCE_INTEGRITY",
					 "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY" };

static char *recipe_host_path(const struct recipe *recipe, const char *path)
{
	const char *root = recipe->options.host_root;

	return xasprintf("%s%s", root ? root : "", path);
}

/* The directory is named after its kernel, unless that is at hand and says what it is. */
static int use_directory(const char *modules_dir, struct kernel *kernel)
{
	char *dir = realpath(modules_dir, NULL); /* a trailing slash, or "." */

	free(kernel->modules_dir);
	kernel->modules_dir = dir ? dir : xstrdup(modules_dir);
	if (!kernel->release || !*kernel->release) {
		free(kernel->release);
		kernel->release = xstrdup(path_name(kernel->modules_dir));
	} else if (strcmp(kernel->release, path_name(kernel->modules_dir)) != 0) {
		warning("--modules %s: used for %s, which is kernel %s", shown(modules_dir),
			shown(kernel->image), kernel->release);
	}
	return 0;
}

/* The image, if it is in its usual place, is only read for its configuration. */
static int find_by_release(const struct recipe *recipe, const char *release, struct kernel *kernel)
{
	char *boot = recipe_host_path(recipe, "/boot/vmlinuz-");
	char *dirs = recipe_host_path(recipe, "/lib/modules/");

	*kernel = (struct kernel){ .release = xstrdup(release) };
	kernel->image = xasprintf("%s%s", boot, release);
	kernel->modules_dir = xasprintf("%s%s", dirs, release);
	free(boot);
	free(dirs);
	if (!access(kernel->modules_dir, F_OK))
		return 0;
	error_errno(errno, "modules of kernel %s: %s", shown(release), shown(kernel->modules_dir));
	kernel_free(kernel);
	return -1;
}

static int find(const struct recipe *recipe, struct kernel *kernel)
{
	const struct recipe_options *options = &recipe->options;

	if (options->kernel_release)
		return find_by_release(recipe, options->kernel_release, kernel);
	*kernel = (struct kernel){ .image = NULL };
	if (options->modules_dir && !options->kernel)
		return use_directory(options->modules_dir, kernel);
	if (kernel_find(options->kernel, kernel) < 0)
		return -1;
	if (options->modules_dir)
		return use_directory(options->modules_dir, kernel);
	if (kernel->modules_dir)
		return 0;
	error("%s: its modules (lib/modules/%s) are not on this machine; name them with "
	      "--modules DIR",
	      shown(kernel->image), kernel->release);
	kernel_free(kernel);
	return -1;
}

/* Unpacking a kernel costs more than all the rest of packing: it is read only if the answer is
 * needed and no file has it. */
static void find_config(const struct recipe *recipe, const struct kernel *kernel,
			struct kernel_config *config)
{
	struct kernel_boot form = { .fd = -1 };

	*config = (struct kernel_config){ .from = NULL };
	if (!kernel->image)
		return;
	kernel_config_find(kernel, (struct span){ NULL, 0 }, config);
	if (config->from || recipe->options.signatures == SIGNATURES_STAY ||
	    access(kernel->image, R_OK))
		return;
	kernel_config_free(config);
	if (!kernel_boot_open(kernel, FORM_FASTEST, &form))
		kernel_config_find(kernel, form.vmlinux, config);
	kernel_boot_close(&form);
}

static int check_signatures(const struct kernel *kernel, const struct kernel_config *config)
{
	for (size_t i = 0; i < COUNT(enforcing); i++)
		if (kernel_config_get(config, enforcing[i]) == KCONFIG_Y)
			return error(
				"--unsigned-modules: kernel %s loads no module without a signature (CONFIG_%s "
				"in %s)",
				kernel->release, enforcing[i], shown(config->from));
	if (kernel_config_get(config, "MODULE_SIG") == KCONFIG_N)
		return 0;
	if (!config->from)
		warning("--unsigned-modules: kernel %s has no configuration here: it may refuse "
			"modules without signatures",
			kernel->release);
	else if (kernel_config_get(config, "LOCK_DOWN_IN_EFI_SECURE_BOOT") == KCONFIG_Y)
		warning("--unsigned-modules: under Secure Boot kernel %s refuses them",
			kernel->release);
	warning("--unsigned-modules: kernel %s will be tainted (E) by the first one",
		kernel->release);
	return 0;
}

static enum firmware_reading reading_of(const struct kernel_config *config)
{
	enum firmware_reading reading = FIRMWARE_PLAIN;

	if (kernel_config_get(config, "FW_LOADER_COMPRESS_XZ") == KCONFIG_Y)
		reading |= FIRMWARE_XZ;
	if (kernel_config_get(config, "FW_LOADER_COMPRESS_ZSTD") == KCONFIG_Y)
		reading |= FIRMWARE_ZSTD;
	return reading;
}

static struct modules *open_modules(const struct recipe *recipe, const struct kernel *kernel)
{
	struct module_source source = { .dir = kernel->modules_dir,
					.release = kernel->release,
					.firmware_dir = recipe->options.firmware_dir,
					.signatures = recipe->options.signatures };
	const char *const *dir = recipe->options.modprobe_dirs;
	struct modules *modules = NULL;
	struct kernel_config config;
	int result = 0;

	find_config(recipe, kernel, &config);
	source.firmware_reading = reading_of(&config);
	if (source.signatures == SIGNATURES_GO)
		result = check_signatures(kernel, &config);
	if (!result)
		modules = modules_new(&source);
	for (; modules && !result && dir && *dir; dir++)
		result = modules_add_conf(modules, *dir);
	kernel_config_free(&config);
	if (!result)
		return modules;
	modules_free(modules);
	return NULL;
}

struct opened {
	struct modules *modules; /* NULL until the first line that asks */
	bool failed; /* that was reported: a second line need not report it again */
};

static struct opened *opened_of(const struct recipe *recipe)
{
	return recipe_state(recipe, &recipe_module_part);
}

/* The modules of the kernel that the options name, opened when a line first asks; NULL after
 * reporting. */
static struct modules *modules_of(struct recipe *recipe)
{
	struct opened *opened = opened_of(recipe);
	struct kernel kernel = { 0 };

	if (opened->modules || opened->failed)
		return opened->modules;
	if (find(recipe, &kernel) == 0) {
		opened->modules = open_modules(recipe, &kernel);
		kernel_free(&kernel);
	}
	opened->failed = !opened->modules;
	return opened->modules;
}

static int add(const struct line *line, enum module_load load)
{
	const char *name = line_word(line, 1);
	struct modules *modules = modules_of(line->recipe);
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
	struct modules *modules = modules_of(line->recipe);

	for (size_t i = 1; modules && i < line->count; i++)
		modules_add_firmware_name(modules, line_word(line, i));
	return modules ? 0 : -1;
}

int verb_module_index(const struct line *line)
{
	struct modules *modules = modules_of(line->recipe);

	if (modules)
		modules_want_index(modules);
	return modules ? 0 : -1;
}

/* A line applies to the modules of the lines after it: one before would have been added without. */
int verb_modprobe_d(const struct line *line)
{
	bool first = !opened_of(line->recipe)->modules;
	struct modules *modules = modules_of(line->recipe);
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
	struct modules *modules = modules_of(line->recipe);

	if (!modules)
		return -1;
	if (!host_add_machine(modules, root_of(line->recipe), line_word(line, 1), line->why))
		return 0;
	return line_failed(line, "a machine that the kernel's modules fit");
}

int verb_for_root(const struct line *line)
{
	struct modules *modules = modules_of(line->recipe);
	char *path = line_host_path(line, 1);
	int result = -1;

	if (modules)
		result = host_add_root(modules, root_of(line->recipe), path, line->why);
	free(path);
	return modules && result ? line_failed(line, "a root that the kernel can mount") : result;
}

int recipe_option_host(struct recipe *recipe, const char *where)
{
	struct modules *modules = modules_of(recipe);
	const char *root = root_of(recipe);

	if (!modules || host_add_machine(modules, root, "this", where) ||
	    host_add_mounted_root(modules, root, where, recipe_cmdline(recipe, where))) {
		recipe->errors++;
		return -1;
	}
	return 0;
}

static int check_cmdline(const struct recipe *recipe)
{
	char *line = xstrdup(recipe_cmdline_text(recipe));
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

static int finish(struct recipe *recipe)
{
	struct modules *modules = opened_of(recipe)->modules;
	struct image_defaults before;
	int result;

	if (!modules)
		return 0;
	if (recipe->options.signatures == SIGNATURES_GO && check_cmdline(recipe) < 0)
		return -1;
	before = recipe_set_rank(recipe->image, IMAGE_PROGRAM);
	result = modules_finish(modules, recipe->image);
	image_set_defaults(recipe->image, before);
	return result;
}

static void free_modules(void *state)
{
	modules_free(((struct opened *)state)->modules);
}

const struct recipe_part recipe_module_part = { sizeof(struct opened), finish, free_modules };
