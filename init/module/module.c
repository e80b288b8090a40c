// SPDX-License-Identifier: MIT
/* module.c - load one kernel module with its options. */
#include "init/module/module.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/module.h>
#include <string.h>

#include "init/pure/format.h"
#include "init/pure/modlist.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#ifndef MODULE_INIT_COMPRESSED_FILE
#define MODULE_INIT_COMPRESSED_FILE 4 /* linux/module.h, since 5.17 */
#endif

#define OPTIONS_MAX 1024 /* bytes of one module's options */

void modules_init(struct modules *modules, const struct settings *settings, struct devices *devices)
{
	modules->settings = settings;
	modules->devices = devices;
}

/* Returns EOPNOTSUPP for both: kernels before 5.17 do not know the flag (EINVAL), later ones may be
 * built without decompression (EOPNOTSUPP). */
static int load(const char *path, const char *options)
{
	int flags =
		modlist_compression(path) == MODULE_COMPRESSED ? MODULE_INIT_COMPRESSED_FILE : 0;
	int fd = sys_open(path, O_RDONLY), error;

	if (fd < 0)
		return fd;
	error = sys_finit_module(fd, options, flags);
	sys_close(fd);
	return flags && error == -EINVAL ? -EOPNOTSUPP : error;
}

static void keep_failed(struct modules *modules, const char *name, int error)
{
	size_t used = strlen(modules->failed_names);

	/* What does not fit was logged when it happened: the report is one screen. */
	format_text(modules->failed_names + used, sizeof(modules->failed_names) - used, " %s (%d)",
		    name, -error);
}

/* The options of the list, then those of the kernel's command line: the last one wins. */
static int make_options(const struct modules *modules, const char *name, const char *from_list,
			char options[OPTIONS_MAX])
{
	int error = strlen(from_list) < OPTIONS_MAX ? 0 : -1;

	options[0] = '\0';
	if (!error)
		memcpy(options, from_list, strlen(from_list) + 1);
	for (int i = 0; i < modules->settings->module_count && !error; i++)
		error = modlist_add_option(options, OPTIONS_MAX, name,
					   modules->settings->modules[i]);
	return error ? -E2BIG : 0;
}

int module_insert(const struct modules *modules, const char *path, const char *own_options)
{
	char name[MODULE_NAME_SIZE], options[OPTIONS_MAX];
	int error;

	modlist_name(path, name, sizeof(name));
	error = make_options(modules, name, own_options, options);
	return error ? error : load(path, options);
}

void module_account(struct modules *modules, const char *path, int error)
{
	char name[MODULE_NAME_SIZE];

	modlist_name(path, name, sizeof(name));
	if (!error)
		modules->loaded++;
	if (!error || error == -EEXIST) /* built in, or loaded already */
		return;
	modules->failed++;
	keep_failed(modules, name, error);
	/* A driver that finds no hardware returns ENODEV, which is no failure. */
	if (error == -ENODEV)
		log_print(LOG_INFO, "%s found no hardware (ENODEV)", name);
	else
		log_warn(error, "load %s from %s", name, path);
}
