// SPDX-License-Identifier: MIT
/*
 * device.c - block devices as they come, change and go, and what the kernel reports of them.
 *
 *	device NAME number=254:16 content=ext2 uuid=1 at=0 ...
 *
 * Keys, all times in milliseconds: `at`: its node comes; `ready`: so much later it can be opened
 * and is announced; early=1: announced before; twice=1: twice; silent=1: never. gone, back, changes
 * (to `to`): when; stops: from when on reads hang. opens, reads, mounts: how long that takes, -1:
 *it hangs. bad=1: its bytes cannot be read. of=DISK part=N: a partition. module=NAME: it comes,
 *`at` later, once that is loaded. tree=NAME: what is in its file system (machine.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "tests/shared/images.h"
#include "tests/sim/kernel.h"

enum { COMES, IS_READY, GOES, CHANGES };

int device_find(unsigned int major, unsigned int minor)
{
	for (int i = 0; i < kernel->device_count; i++)
		if (kernel->devices[i].major == major && kernel->devices[i].minor == minor)
			return i;
	return -1;
}

int device_named(const char *name)
{
	for (int i = 0; i < kernel->device_count; i++)
		if (strcmp(kernel->devices[i].name, name) == 0)
			return i;
	return -1;
}

/* --- uevents --- */

void uevent_send(const char *text, size_t len)
{
	if (kernel->uevents_listeners == 0)
		return;
	if (++kernel->uevent_number == kernel->uevent_loses ||
	    kernel->uevent_count == UEVENTS_MAX) {
		kernel->uevents_lost = true;
		return;
	}
	kernel->uevents[(kernel->uevent_first + kernel->uevent_count++) % UEVENTS_MAX] =
		(struct uevent_text){ arena_text(text, len), len };
}

void device_announce(const struct block *device, const char *action)
{
	const char *disk = device->disk < 0 ? "" : kernel->devices[device->disk].name;
	char text[512];
	int len;

	if (device->is_silent)
		return;
	len = snprintf(text, sizeof(text),
		       "%s@/devices/virtio/block/%s%s%s%cACTION=%s%c"
		       "DEVPATH=/devices/virtio/block/%s%s%s%cSUBSYSTEM=block%cMAJOR=%u%c"
		       "MINOR=%u%cDEVNAME=%s%cDEVTYPE=%s",
		       action, disk, *disk ? "/" : "", device->name, 0, action, 0, disk,
		       *disk ? "/" : "", device->name, 0, 0, device->major, 0, device->minor, 0,
		       device->name, 0, *disk ? "partition" : "disk");
	uevent_send(text, (size_t)len + 1);
}

void device_announce_modalias(const char *modalias)
{
	char text[256];
	int len = snprintf(text, sizeof(text),
			   "add@/devices/virtio9%cACTION=add%cDEVPATH=/devices/virtio9%c"
			   "SUBSYSTEM=virtio%cMODALIAS=%s",
			   0, 0, 0, 0, modalias);

	uevent_send(text, (size_t)len + 1);
}

/* --- what becomes of one --- */

static void add_files(const struct block *device)
{
	short sys = kernel->fs[FS_SYS].root;
	char path[96], text[24];
	int len;

	snprintf(path, sizeof(path), "class/block/%s/size", device->name);
	len = snprintf(text, sizeof(text), "%lu\n", (unsigned long)(device->size / 512));
	tree_file(sys, path, arena_text(text, (size_t)len), (size_t)len);
	if (device->disk < 0)
		return;
	snprintf(path, sizeof(path), "class/block/%s/start", device->name);
	len = snprintf(text, sizeof(text), "%u\n", device->start);
	tree_file(sys, path, arena_text(text, (size_t)len), (size_t)len);
}

static void come(struct block *device)
{
	if (device->stage != STAGE_ABSENT)
		return;
	device->stage = STAGE_NODE;
	if (world_machine(&kernel->world, "devtmpfs", 1))
		device->node = tree_node(kernel->fs[FS_DEV].root, device->name, NODE_BLOCK,
					 device->major, device->minor);
	add_files(device);
	if (device->is_early)
		device_announce(device, "add");
}

void device_get_ready(struct block *device)
{
	if (device->stage == STAGE_ABSENT)
		come(device);
	device->stage = STAGE_READY;
	device_announce(device, device->is_early ? "change" : "add");
	if (device->is_twice)
		device_announce(device, "add");
}

static void go(struct block *device)
{
	char path[64];
	short node;

	if (device->stage == STAGE_ABSENT)
		return;
	device->stage = STAGE_ABSENT;
	if (device->node >= 0)
		tree_remove(device->node);
	device->node = -1;
	snprintf(path, sizeof(path), "class/block/%s", device->name);
	node = tree_get(kernel->fs[FS_SYS].root, path);
	if (node >= 0)
		tree_remove(node);
	device_announce(device, "remove");
}

static void change(struct block *device)
{
	const char *line = kernel->world.items[device->item];
	char to[24];

	if (item_text(line, "to", to, sizeof(to)))
		device->image =
			image_of(content_named(to), (unsigned int)item_number(line, "uuid", 1));
	device_announce(device, "change");
}

void device_event(int number, int what)
{
	struct block *device = &kernel->devices[number];

	switch (what) {
	case COMES:
		come(device);
		break;
	case IS_READY:
		device_get_ready(device);
		break;
	case GOES:
		go(device);
		break;
	default:
		if (device->stage == STAGE_READY)
			change(device);
	}
}

/* --- their lines --- */

static int64_t after(int64_t base, const char *line, const char *key)
{
	long ms = item_number(line, key, -1);

	return ms < 0 ? -1 : base + ms;
}

/* All times count from when its bus was there. */
static void plan(int number, int64_t base)
{
	const char *line = kernel->world.items[kernel->devices[number].item];
	int64_t comes = base + item_number(line, "at", 0),
		ready = comes + item_number(line, "ready", 0), goes = after(ready, line, "gone"),
		back = after(goes, line, "back"), changes = after(ready, line, "changes"),
		stops = after(ready, line, "stops");

	if (stops >= 0)
		kernel->devices[number].stops = stops;
	if (comes < ready)
		event_add(comes, EVENT_DEVICE, number, COMES);
	if (ready > kernel->now)
		event_add(ready, EVENT_DEVICE, number, IS_READY);
	else
		device_event(number, IS_READY);
	if (goes >= 0)
		event_add(goes, EVENT_DEVICE, number, GOES);
	if (goes >= 0 && back >= 0)
		event_add(back, EVENT_DEVICE, number, IS_READY);
	if (changes >= 0)
		event_add(changes, EVENT_DEVICE, number, CHANGES);
}

struct block *device_new(const char *name, unsigned int major, unsigned int minor)
{
	struct block *device;

	if (kernel->device_count == DEVICES_MAX_SIM)
		return NULL;
	device = &kernel->devices[kernel->device_count++];
	*device = (struct block){ .major = major,
				  .minor = minor,
				  .item = -1,
				  .disk = -1,
				  .made_of = -1,
				  .image = -1,
				  .fs = -1,
				  .node = -1,
				  .user = -1,
				  .stops = NEVER,
				  .size = IMAGE_SIZE };
	snprintf(device->name, sizeof(device->name), "%s", name);
	return device;
}

static void make(int item)
{
	const char *line = kernel->world.items[item];
	char name[24], number[24], content[24] = "nothing", of[24];
	unsigned int major = 254, minor = 0;
	struct block *device;

	item_object(line, name, sizeof(name));
	if (item_text(line, "number", number, sizeof(number)))
		sscanf(number, "%u:%u", &major, &minor);
	if (device_find(major, minor) >= 0 || !(device = device_new(name, major, minor)))
		return;
	item_text(line, "content", content, sizeof(content));
	device->item = item;
	device->image = device->first_image =
		image_of(content_named(content), (unsigned int)item_number(line, "uuid", 1));
	device->part = (unsigned int)item_number(line, "part", 0);
	device->start = IMAGE_GPT_START(device->part);
	if (item_text(line, "of", of, sizeof(of)))
		device->disk = (short)device_named(of);
	device->opens_ms = item_number(line, "opens", 0);
	device->reads_ms = item_number(line, "reads", 0);
	device->mounts_ms = item_number(line, "mounts", 0);
	device->is_bad = item_number(line, "bad", 0);
	device->is_early = item_number(line, "early", 0);
	device->is_twice = item_number(line, "twice", 0);
	device->is_silent = item_number(line, "silent", 0);
	if (!item_text(line, "module", of, sizeof(of)))
		plan(kernel->device_count - 1, 0);
}

void device_make(void)
{
	for (int i = 0; i < kernel->world.count; i++)
		if (item_is(kernel->world.items[i], "device", NULL))
			make(i);
}

/* A bus that appears with the driver of another asks for a driver of its own. */
void device_loaded(const char *module)
{
	char of[24];

	if (strcmp(module, "loop") == 0)
		device_make_loop();
	for (int i = 0; i < kernel->device_count; i++) {
		int item = kernel->devices[i].item;

		if (item < 0 || !item_text(kernel->world.items[item], "module", of, sizeof(of)) ||
		    strcmp(of, module))
			continue;
		device_announce_modalias("virtio:d00000002v00001AF4");
		plan(i, kernel->now);
	}
}

/* --- what is done with one --- */

int64_t device_until(long ms)
{
	return ms == NEVER_MS ? NEVER : kernel->now + ms;
}

void device_wait_for_bytes(const struct block *device, const char *call)
{
	if (kernel->now >= device->stops)
		proc_block(NEVER, call);
	else if (device->reads_ms)
		proc_block(device_until(device->reads_ms), call);
}

int device_open(struct block *device)
{
	if (device->stage != STAGE_READY)
		return -ENXIO;
	if (device->opens_ms)
		proc_block(device_until(device->opens_ms), "open");
	return device->stage == STAGE_READY ? 0 : -ENXIO;
}

int sys_device_size(int fd, uint64_t *bytes)
{
	long error = call_enter("device_size", file_name(fd));
	const struct file *file = file_of(fd);

	*bytes = 0;
	if (!error && (!file || file->kind != FILE_BLOCK))
		error = -ENOTTY;
	if (!error)
		*bytes = kernel->devices[file->device].size;
	return (int)call_leave(error);
}

int sys_map_device(int fd, uint64_t size, const uint8_t **bytes)
{
	long error = call_enter("map_device", file_name(fd));
	const struct file *file = file_of(fd);
	const struct block *device;

	if (!error && (!file || file->kind != FILE_BLOCK || size > IMAGE_SIZE))
		error = -ENODEV;
	if (error)
		return (int)call_leave(error);
	device = &kernel->devices[file->device];
	device_wait_for_bytes(device, "read");
	*bytes = device->is_bad || device->stage != STAGE_READY ? image_unreadable()
								: image_bytes(device->image);
	return (int)call_leave(0);
}

void sys_read_ahead(int fd, uint64_t offset, size_t size)
{
	(void)fd, (void)offset, (void)size;
}

/* Both devices of a btrfs are to be there. */
static int count_members(short image)
{
	int count = 0;

	for (int i = 0; i < kernel->device_count; i++)
		count += kernel->devices[i].image == image &&
			 kernel->devices[i].stage == STAGE_READY;
	return count;
}

int device_mount(int number, const char *type, unsigned long flags, short *fs)
{
	struct block *device = &kernel->devices[number];
	enum content content = image_content(device->image);
	const char *is = content_type(content);
	int error = device_open(device);

	if (error)
		return error;
	if (strcmp(type, "ext2") && strcmp(type, "btrfs") && strcmp(type, "vfat"))
		return -ENODEV;
	if (module_is_needed(type))
		return -ENODEV;
	if (device->mounts_ms)
		proc_block(device_until(device->mounts_ms), "mount");
	if (device->stage != STAGE_READY)
		return -ENXIO;
	if (device->is_bad)
		return -EIO;
	if (content == CONTENT_DAMAGED && strcmp(type, "ext2") == 0)
		return -EUCLEAN;
	if (!is || strcmp(is, type) ||
	    (content == CONTENT_BTRFS && count_members(device->image) < 2))
		return -EINVAL;
	if (device->fs < 0) {
		device->fs = fs_add(type, (short)number);
		if (device->fs < 0)
			return -ENOMEM;
		machine_fill(device, kernel->fs[device->fs].root);
	}
	if (!(flags & MS_RDONLY))
		kernel->unsynced += 40;
	*fs = device->fs;
	return 0;
}

bool device_is_in_use(const struct block *device)
{
	for (int i = 0; i < kernel->mount_count; i++)
		if (kernel->mounts[i].is_used && kernel->mounts[i].fs == device->fs)
			return device->fs >= 0;
	return false;
}
