// SPDX-License-Identifier: MIT
/* host_block.c - the drivers of a block device, by the directories of sysfs that lead to it. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "init/pure/finding.h"
#include "init/pure/layer.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/host/host.h"

#define DEPTH_MAX 16 /* devices on devices */

/* What the tool alone needs of the rows of layers. */
static const struct {
	const char *modules, *mapping;
} rows[] = {
#define NOT_OPENED
#define OPENED_BY(name)
#define OPENED_AS_DEVICES_COME(name)
#define TEXTS(name, program, modules, parameter, nodes, product, mapping) \
	{                                                                 \
		modules, mapping                                          \
	}
#define NAME(name)     \
	{              \
		"", "" \
	}
#define LAYER(first, last, kind, opener, texts) texts,
#include "init/pure/layers.def"
};

static const struct {
	const char *level, *module;
} levels[] = {
	{ "linear", "linear" }, { "raid0", "raid0" },	{ "raid1", "raid1" },
	{ "raid10", "raid10" }, { "raid4", "raid456" }, { "raid5", "raid456" },
	{ "raid6", "raid456" },
};

struct walk {
	struct modules *modules;
	const char *why;
	unsigned int stack;
	int depth;
};

unsigned int host_stack_bit(const struct layer *layer)
{
	return 1u << (layer ? layer - layer_table : layer_count);
}

const char *host_stack_refused(unsigned int bit)
{
	for (unsigned int i = 0; i < layer_count; i++)
		if (bit == 1u << i)
			return layer_table[i].opener && layer_table[i].kind != LAYER_ON_REQUEST
				       ? NULL
				       : layer_text(&layer_table[i], LAYER_NAME);
	return "a device mapper's target";
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

/* The row whose products have such a dm/uuid, which their maker writes; NULL. */
static const struct layer *layer_of_mapping(const char *uuid)
{
	for (unsigned int i = 0; i < layer_count; i++)
		if (*rows[i].mapping && !strncmp(uuid, rows[i].mapping, strlen(rows[i].mapping)))
			return &layer_table[i];
	return NULL;
}

static int add_mapping(struct walk *walk, const char *dir)
{
	char *uuid = host_line(dir, "/dm/uuid"), *modules, *state = NULL;
	const struct layer *layer = layer_of_mapping(uuid ? uuid : "");
	int result = 0;

	walk->stack |= host_stack_bit(layer);
	modules = xstrdup(layer ? rows[layer - layer_table].modules : "dm_mod");
	for (char *name = strtok_r(modules, " ", &state); name && !result;
	     name = strtok_r(NULL, " ", &state))
		result = add_known(walk, name);
	free(modules);
	free(uuid);
	return result;
}

static int add_raid(struct walk *walk, const char *dir)
{
	char *level = host_line(dir, "/md/level");
	int result = 0;

	walk->stack |= host_stack_bit(layer_of(FORMAT_MD));
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

static const struct layer *layer_of_parameter(const char *parameter)
{
	for (unsigned int i = 0; i < layer_count; i++)
		if (!strcmp(layer_text(&layer_table[i], LAYER_PARAMETER), parameter))
			return &layer_table[i];
	return NULL;
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
		walk->stack |= host_stack_bit(layer_of_parameter("rdinit.loop"));
	else if (!result)
		result = add_controllers(walk, dir) ? -1 : add_drivers(walk, dir);
	walk->depth--;
	free(above);
	return result;
}

int host_add_block(struct modules *modules, const char *root, const char *path, const char *why,
		   unsigned int *stack)
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
