// SPDX-License-Identifier: MIT
/* host_block.c - the drivers of a block device, by the directories of sysfs that lead to it. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/host/host.h"

#define DEPTH_MAX 16 /* devices on devices */

/* By the beginning of dm/uuid, which the maker of the device writes. */
static const struct {
	const char *uuid;
	enum host_stack stack;
	const char *modules[6];
} mappings[] = {
	{ "CRYPT-LUKS", HOST_LUKS, { "dm_crypt", "crypto-xts", "crypto-aes", "crypto-sha256" } },
	{ "LVM-", HOST_LVM, { "dm_mod" } },
	{ "", HOST_OTHER_DM, { "dm_mod" } },
};

static const struct {
	const char *level, *module;
} levels[] = {
	{ "linear", "linear" }, { "raid0", "raid0" },	{ "raid1", "raid1" },
	{ "raid10", "raid10" }, { "raid4", "raid456" }, { "raid5", "raid456" },
	{ "raid6", "raid456" },
};

static const struct {
	enum host_stack bit;
	const char *name;
} stacks[] = {
	{ HOST_LUKS, "LUKS" },
	{ HOST_LVM, "LVM" },
	{ HOST_MD, "software RAID" },
	{ HOST_OTHER_DM, "a device mapper's target" },
	{ HOST_LOOP, "a loop device, a file on another file system" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct walk {
	struct modules *modules;
	const char *why;
	enum host_stack stack;
	int depth;
};

const char *host_stack_name(enum host_stack bit)
{
	for (size_t i = 0; i < COUNT(stacks); i++)
		if (stacks[i].bit == bit)
			return stacks[i].name;
	return "nothing";
}

static int exists(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	int found = !access(path, F_OK);

	free(path);
	return found;
}

static int add_known(const struct walk *walk, const char *name)
{
	if (!modules_know(walk->modules, name))
		return 0;
	return modules_add(walk->modules, LOAD_ALWAYS, name, NULL, walk->why);
}

/* The module of the driver that a device is bound to, if the packed kernel has one of that name;
 * malloc'd, or NULL: built in, bound to none, or another kernel's. */
static char *bound_module(const struct walk *walk, const char *dir)
{
	char *link = xasprintf("%s/driver/module", dir), *real = realpath(link, NULL), *name = NULL;

	if (real && modules_know(walk->modules, path_name(real)))
		name = xstrdup(path_name(real));
	free(real);
	free(link);
	return name;
}

/* Its driver, by name where it has one, else by what the device tells of itself. */
static int add_driver(const struct walk *walk, const char *dir)
{
	char *name = bound_module(walk, dir), *alias = name ? NULL : host_line(dir, "/modalias");
	int result = 0;

	if (name)
		result = modules_add(walk->modules, LOAD_ALWAYS, name, NULL, walk->why);
	else if (alias)
		result = host_add_device(walk->modules, LOAD_ALWAYS, alias, walk->why);
	free(alias);
	free(name);
	return result;
}

/* From the bus down: the directories above come first. */
static int add_drivers(const struct walk *walk, const char *dir)
{
	char *above;
	int result;

	if (!strrchr(dir, '/') || !strcmp(path_name(dir), "devices"))
		return 0;
	above = path_parent(dir);
	result = add_drivers(walk, above);
	free(above);
	return result ? result : add_driver(walk, dir);
}

/* A disk of NVMe that several controllers may reach lies below none of them
 * (CONFIG_NVME_MULTIPATH): the directory above has links to them. */
static int add_controllers(const struct walk *walk, const char *dir)
{
	char *above = path_parent(dir), *pattern = xasprintf("%s/nvme[0-9]*", above);
	int result = 0;
	glob_t found;

	if (strstr(above, "/nvme-subsystem/") && !glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc && !result; i++) {
			char *real = realpath(found.gl_pathv[i], NULL);

			if (real && strncmp(real, above, strlen(above)) != 0)
				result = add_drivers(walk, real);
			free(real);
		}
		globfree(&found);
	}
	free(pattern);
	free(above);
	return result;
}

static int add_mapping(struct walk *walk, const char *dir)
{
	char *uuid = host_line(dir, "/dm/uuid");
	int result = 0;

	for (size_t i = 0; i < COUNT(mappings); i++) {
		if (strncmp(uuid ? uuid : "", mappings[i].uuid, strlen(mappings[i].uuid)) != 0)
			continue;
		walk->stack |= mappings[i].stack;
		for (const char *const *name = mappings[i].modules; *name && !result; name++)
			result = add_known(walk, *name);
		break;
	}
	free(uuid);
	return result;
}

static int add_raid(struct walk *walk, const char *dir)
{
	char *level = host_line(dir, "/md/level");
	int result = 0;

	walk->stack |= HOST_MD;
	for (size_t i = 0; level && i < COUNT(levels) && !result; i++)
		if (!strcmp(levels[i].level, level))
			result = add_known(walk, levels[i].module);
	free(level);
	return result;
}

static int walk_device(struct walk *walk, const char *dir);

/* The devices that a mapping or an array is made of. */
static int walk_slaves(struct walk *walk, const char *dir)
{
	char *pattern = xasprintf("%s/slaves/*", dir);
	int result = 0;
	glob_t found;

	if (!glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc && !result; i++) {
			char *real = realpath(found.gl_pathv[i], NULL);

			result = real ? walk_device(walk, real) : 0;
			free(real);
		}
		globfree(&found);
	}
	free(pattern);
	return result;
}

static int walk_device(struct walk *walk, const char *dir)
{
	char *above = path_parent(dir);
	int result;

	if (++walk->depth > DEPTH_MAX)
		result = error("%s: more than %d stacked block devices", shown(dir), DEPTH_MAX);
	else if (exists(dir, "partition"))
		result = walk_device(walk, above);
	else
		result = walk_slaves(walk, dir);
	if (!result && exists(dir, "dm"))
		result = add_mapping(walk, dir);
	else if (!result && exists(dir, "md"))
		result = add_raid(walk, dir);
	else if (!result && exists(dir, "loop/backing_file"))
		walk->stack |= HOST_LOOP;
	else if (!result)
		result = add_controllers(walk, dir) ? -1 : add_drivers(walk, dir);
	walk->depth--;
	free(above);
	return result;
}

int host_add_block(struct modules *modules, const char *root, const char *path, const char *why,
		   enum host_stack *stack)
{
	struct walk walk = { .modules = modules, .why = why };
	char *link = xasprintf("%s/sys/%s", root, path), *real = realpath(link, NULL);
	int result;

	if (real)
		result = walk_device(&walk, real);
	else
		result = error_errno(errno, "block device %s", shown(link));
	*stack = walk.stack;
	free(real);
	free(link);
	return result;
}
