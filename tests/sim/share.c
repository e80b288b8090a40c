// SPDX-License-Identifier: MIT
/*
 * share.c - directories of the host, by their tags.
 *
 *	share TAG type=virtiofs at=0 mounts=0 tree=init
 *
 * `at`: when the host offers it, in milliseconds; mounts: how long the mount takes, -1: it hangs.
 * `tree` as of a device.
 */
#include <errno.h>
#include <string.h>

#include "tests/sim/kernel.h"

#define TYPE_MAX 12

bool share_is_type(const char *type)
{
	return strcmp(type, "9p") == 0 || strcmp(type, "virtiofs") == 0;
}

static int find(const char *tag, const char *type)
{
	char object[24], is[TYPE_MAX];

	for (int i = 0; i < kernel->world.count; i++) {
		const char *item = kernel->world.items[i];

		if (!item_is(item, "share", NULL))
			continue;
		item_object(item, object, sizeof(object));
		if (strcmp(object, tag) == 0 && item_text(item, "type", is, sizeof(is)) &&
		    strcmp(is, type) == 0 && kernel->now >= item_number(item, "at", 0))
			return i;
	}
	return -1;
}

int share_mount(const char *tag, const char *type, struct spot on, unsigned long flags)
{
	int item = find(tag, type);
	long ms = item < 0 ? 0 : item_number(kernel->world.items[item], "mounts", 0);
	struct block like = { .item = item };
	short fs;

	if (item < 0)
		return strcmp(type, "9p") ? -EINVAL : -ENOENT;
	if (ms)
		proc_block(device_until(ms), "mount");
	fs = fs_add(type, -1);
	if (fs < 0)
		return -ENOMEM;
	machine_fill(&like, kernel->fs[fs].root);
	return mount_add(fs, on, flags, tag) < 0 ? -ENOMEM : 0;
}

void share_make(void)
{
	for (int i = 0; i < kernel->world.count; i++)
		if (item_is(kernel->world.items[i], "share", NULL))
			event_add(item_number(kernel->world.items[i], "at", 0), EVENT_SHARE, 0, 0);
}

bool share_is_meant(const struct mount *mount, const char *root)
{
	const char *type = kernel->fs[mount->fs].type;
	const char *source = *mount->lower ? mount->lower : mount->source;
	size_t len = strlen(type);

	return share_is_type(type) && strncmp(root, type, len) == 0 && root[len] == ':' &&
	       strcmp(root + len + 1, source) == 0;
}
