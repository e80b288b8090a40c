// SPDX-License-Identifier: MIT
/* links.c - make the links of /dev/disk that udev would make, for programs that use them. */
#include "init/device/links.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "init/pure/count.h"
#include "init/pure/diskid.h"
#include "init/pure/format.h"
#include "init/pure/layer.h"
#include "init/pure/udevname.h"
#include "init/sys/empty_tree.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define DISK "/dev/disk"
#define NAME_SIZE 256 /* bytes of a file's name, NAME_MAX, and its NUL */
#define PATH_SIZE (NAME_SIZE + 32)
#define PATIENCE_MS 1000 /* how long all links wait for a device that does not answer */

enum whose { OF_CONTENT, OF_PARTITION };

static const struct disk_dir {
	const char *name;
	size_t field; /* in struct finding */
	enum whose whose;
} disk_dirs[] = {
	{ "by-uuid", offsetof(struct finding, uuid), OF_CONTENT },
	{ "by-label", offsetof(struct finding, label), OF_CONTENT },
	{ "by-partuuid", offsetof(struct finding, part_uuid), OF_PARTITION },
	{ "by-partlabel", offsetof(struct finding, part_label), OF_PARTITION },
};

/* The first device with a name keeps the link. */
static void make(const char *dir, const char *name, const struct device *device)
{
	char path[PATH_SIZE], target[DEVICE_NAME_MAX + 8];
	int error;

	format_text(path, sizeof(path), DISK "/%s", dir);
	sys_mkdir(path, 0755);
	format_text(path, sizeof(path), DISK "/%s/%s", dir, name);
	format_text(target, sizeof(target), "../../%s", device->name);
	error = sys_symlink(target, path);
	if (error && error != -EEXIST)
		log_warn(error, "link %s to %s", path, target);
}

/* As udev does it: file systems, swap and containers have names, pool members do not. */
static int has_content(const struct devices *devices, const struct device *device)
{
	const struct finding *finding = &device->finding;

	const struct layer *layer = layer_of(finding->format);

	switch (format_info(finding->format).use) {
	case USE_FILE_SYSTEM:
	case USE_SWAP:
		break;
	default:
		if (!layer || layer->kind != LAYER_CONTAINER)
			return 0;
	}
	return finding->found == FOUND_ONE && !device_is_in_member(devices, device);
}

static void link_finding(const struct devices *devices, const struct device *device)
{
	int content = has_content(devices, device);

	for (size_t i = 0; i < COUNT(disk_dirs); i++) {
		const char *text = (const char *)&device->finding + disk_dirs[i].field;
		char name[NAME_SIZE];

		if (!*text || (disk_dirs[i].whose == OF_CONTENT && !content))
			continue;
		if (udevname_encode(name, sizeof(name), text))
			log_print(LOG_INFO, "no link in " DISK "/%s to %s: the name is too long",
				  disk_dirs[i].name, device->name);
		else if (strcmp(name, ".") && strcmp(name, ".."))
			make(disk_dirs[i].name, name, device);
	}
}

static void link_disk(const struct device *device, const char *dir, const struct diskid *id)
{
	char name[NAME_SIZE];

	for (unsigned int i = 0; diskid_name(id, i, name, sizeof(name) - 16); i++) {
		size_t len = strlen(name);

		if (device->part)
			format_text(name + len, sizeof(name) - len, "-part%u", device->part);
		make(dir, name, device);
	}
}

static void link_device(const struct devices *devices, const struct device *device)
{
	struct diskid id;

	if (device_is_known(device))
		link_finding(devices, device);
	device_id(device, &id);
	link_disk(device, "by-id", &id);
	device_path(device, &id);
	link_disk(device, "by-path", &id);
}

/* Returns the device with the next higher number. */
static const struct device *next(const struct devices *devices, const struct device *last)
{
	const struct device *found = NULL;

	for (int i = 0; i < devices->count; i++) {
		const struct device *device = &devices->all[i];

		if ((!last || devices_is_lower(last, device)) &&
		    (!found || devices_is_lower(device, found)))
			found = device;
	}
	return found;
}

/* --- remove links of removed devices --- */

static int sweep_link(const struct dirent_view *entry, void *argument)
{
	char path[PATH_SIZE];
	struct stat st;

	format_text(path, sizeof(path), "%s/%s", (const char *)argument, entry->name);
	if (sys_stat(path, &st) == -ENOENT)
		sys_unlinkat(AT_FDCWD, path, 0);
	return 0;
}

static int sweep_dir(const struct dirent_view *entry, void *argument)
{
	char path[PATH_SIZE];

	(void)argument;
	format_text(path, sizeof(path), DISK "/%s", entry->name);
	file_each(path, sweep_link, path);
	return 0;
}

/* If a device was added or removed, only its own links change. If the content of one changed, its
 * old names are unknown: all links are made again. */
static void update(struct devices *devices)
{
	const struct device *device = NULL;
	int exists = sys_mkdir(DISK, 0755) == -EEXIST;

	if (exists && devices->changes == CONTENT_CHANGED)
		empty_tree(DISK);
	else
		file_each(DISK, sweep_dir, NULL);
	devices->changes = NO_CHANGES;
	while ((device = next(devices, device)))
		link_device(devices, device);
}

static void patience_is_over(void *owner)
{
	struct links *links = owner;

	links->is_waiting = false;
	links->is_incomplete = !devices_are_known(links->devices);
	update(links->devices);
}

/* All links wait up to PATIENCE_MS for a running probe. If it takes longer, that device gets its
 * links later. */
static void on_change(void *owner)
{
	struct links *links = owner;
	struct devices *devices = links->devices;
	bool is_known = devices_are_known(devices);

	if (devices->changes == NO_CHANGES && !(links->is_incomplete && is_known))
		return;
	if (is_known) {
		loop_remove_timer(devices->loop, &links->patience);
		patience_is_over(links);
	} else if (!links->is_waiting) {
		links->is_waiting = true;
		links->patience.due = sys_clock_ms() + PATIENCE_MS;
		loop_add_timer(devices->loop, &links->patience);
	}
}

static bool are_known(void *devices)
{
	return devices_are_known(devices);
}

void links_make(struct links *links, struct devices *devices)
{
	devices_open(devices);
	devices_scan(devices);
	devices_probe_all(devices);
	loop_run(devices->loop, are_known, devices, NO_DEADLINE);
	if (!links->devices) {
		links->subscriber = (struct device_subscriber){ NULL, on_change, links };
		devices_subscribe(devices, &links->subscriber);
	}
	links->devices = devices;
	links->is_waiting = false;
	loop_remove_timer(devices->loop, &links->patience);
	links->patience = (struct loop_timer){ .node.owner = links, .expired = patience_is_over };
	update(devices);
}
