// SPDX-License-Identifier: MIT
/* recipe_kernel.c - the kernel that a recipe's modules are for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/kernel/kernel.h"
#include "tools/lib/kernel/kernel_boot.h"
#include "tools/lib/kernel/kernel_config.h"
#include "tools/lib/recipe/recipe_line.h"

/* Set to y, the kernel loads only signed modules. */
static const char *const enforcing[] = { "MODULE_SIG_FORCE", "LOCK_DOWN_KERNEL_FORCE_INTEGRITY",
					 "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

char *recipe_host_path(const struct recipe *recipe, const char *path)
{
	const char *root = recipe->options.host_root;

	return xasprintf("%s%s", root ? root : "", path);
}

/* The directory is named after its kernel, unless that is at hand and says what it is. */
static int take_directory(const char *modules_dir, struct kernel *kernel)
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
		return take_directory(options->modules_dir, kernel);
	if (kernel_find(options->kernel, kernel) < 0)
		return -1;
	if (options->modules_dir)
		return take_directory(options->modules_dir, kernel);
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

struct modules *recipe_modules(struct recipe *recipe)
{
	struct kernel kernel = { 0 };

	if (recipe->modules || recipe->has_no_modules)
		return recipe->modules;
	if (find(recipe, &kernel) == 0) {
		recipe->modules = open_modules(recipe, &kernel);
		kernel_free(&kernel);
	}
	recipe->has_no_modules = !recipe->modules;
	return recipe->modules;
}
