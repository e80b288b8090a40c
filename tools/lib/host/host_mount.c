// SPDX-License-Identifier: MIT
/* host_mount.c - the root that a host has mounted: its device, and what it needs. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/finding.h"
#include "init/pure/layer.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/host/host.h"
#include "tools/lib/host/host_parameters.h"

#define MOUNTINFO "/proc/self/mountinfo"

static int find_mount(struct host_root *found)
{
	struct mountinfo line;
	bool has_root = false, has_usr = false;
	char *rest;

	found->text = host_text(found->root, MOUNTINFO);
	if (!found->text)
		return error_errno(errno, "host %s" MOUNTINFO, shown(found->root));
	rest = found->text;
	while (mountinfo_next(&rest, &line)) {
		if (!strcmp(line.target, "/")) {
			found->mount = line; /* the last one is on top */
			has_root = true;
		}
		has_usr |= !strcmp(line.target, "/usr") && has_root &&
			   (line.major != found->mount.major || line.minor != found->mount.minor);
	}
	if (!has_root)
		return error("host %s" MOUNTINFO ": nothing is mounted at /", shown(found->root));
	if (has_usr)
		return error(
			"host: its /usr is a separate file system, which /init does not mount; keep "
			"the distribution's initramfs");
	return 0;
}

/* "/dev/mapper/vg-root" as "dm-0". Below --host-root the node may be a file of any kind: the target
 * of its symlinks counts. */
static char *name_of_source(const struct host_root *found)
{
	char *path = xasprintf("%s%s", found->root, found->mount.source);
	char *real = realpath(path, NULL), *name;

	name = xstrdup(path_name(real ? real : path));
	free(real);
	free(path);
	return name;
}

/* Where sysfs has the root's device; malloc'd. */
static char *sysfs_place(const struct host_root *found)
{
	const struct mountinfo *mount = &found->mount;
	char *name, *place;

	if (mount->major)
		return xasprintf("dev/block/%u:%u", mount->major, mount->minor);
	name = name_of_source(found);
	place = xasprintf("class/block/%s", name);
	free(name);
	return place;
}

static int refuse_type(const struct host_root *found)
{
	const struct mountinfo *mount = &found->mount;

	if (mount->major || (!strcmp(mount->type, "btrfs") && mount->source[0] == '/'))
		return 0;
	return error("host: its root is %s (%s), on no block device: this is a container, a live "
		     "system or a network root, for which pack --host has no defaults",
		     shown(mount->type), shown(mount->source));
}

/* The names of crypttab, for the message. */
static char *crypttab_names(const char *root)
{
	char *text = host_text(root, "/etc/crypttab"), *state = text;
	struct buffer names = { NULL, 0, 0 };
	char *line;

	while (text && (line = strtok_r(NULL, "\n", &state))) {
		line += strspn(line, " \t");
		if (*line && *line != '#')
			buffer_printf(&names, "%s%.*s", names.len ? ", " : "",
				      (int)strcspn(line, " \t"), line);
	}
	free(text);
	return names.data;
}

static int refuse_stack(const struct host_root *found, unsigned int stack)
{
	for (unsigned int bit = 1; bit; bit <<= 1) {
		char *names;

		if (!(stack & bit) || !host_stack_refused(bit))
			continue;
		names = bit == host_stack_bit(layer_of(FORMAT_LUKS2)) ? crypttab_names(found->root)
								      : NULL;
		error("host: its root is on %s%s%s%s, which /init does not assemble; keep the "
		      "distribution's initramfs",
		      host_stack_refused(bit), names ? " (crypttab: " : "",
		      names ? shown(names) : "", names ? ")" : "");
		free(names);
		return -1;
	}
	return 0;
}

static int add_found(struct host_root *found, struct modules *modules, const char *why,
		     struct buffer *words)
{
	unsigned int stack = 0;
	char *place, *link, *real;
	int result;

	if (refuse_type(found))
		return -1;
	place = sysfs_place(found);
	result = host_add_block(modules, found->root, place, why, &stack);
	link = xasprintf("%s/sys/%s", found->root, place);
	real = realpath(link, NULL);
	found->name = xstrdup(path_name(real ? real : link));
	free(real);
	free(link);
	free(place);
	if (result || refuse_stack(found, stack) || host_add_fs(modules, found->mount.type, why))
		return -1;
	return host_write_words(found, words);
}

int host_add_mounted_root(struct modules *modules, const char *root, const char *why,
			  struct buffer *words)
{
	struct host_root found = { .root = root };
	int result = find_mount(&found);

	if (!result)
		result = add_found(&found, modules, why, words);
	free(found.text);
	free(found.name);
	return result;
}

char *host_mounted_type(const char *root, unsigned int major, unsigned int minor)
{
	char *text = host_text(root, MOUNTINFO), *rest = text, *type = NULL;
	struct mountinfo line;

	while (text && !type && mountinfo_next(&rest, &line))
		if (line.major == major && line.minor == minor)
			type = xstrdup(line.type);
	free(text);
	return type;
}
