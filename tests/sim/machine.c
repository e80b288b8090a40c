// SPDX-License-Identifier: MIT
/*
 * machine.c - the image, the machine's own files, its modules, and what is in each root.
 *
 * Keys of "machine KEY=VALUE", with what is usual: console=1 (0: none, 2: no terminal), port=1 (0:
 * answers nothing, 2: refused), acpi=1, efi=0, devtmpfs=1, sysfs=1, net=1 (uevents), signalfd=1,
 * processors=1, call=0 (ms that each call of PID 1 takes), child=1 (ms that a child takes to end),
 * memory=131072 (KiB that are free), lose=0 (the uevent of this number is lost), needs=ext2 (a
 * file system whose module has to be loaded), initramfs=1 (0: the image is on a disk), deaf-host=0,
 * vport=-1 (the driver of virtio-serial is there, and its port comes after so many ms),
 * vport-host=0 (so much later the host opens its end; -1: never), answer=1 (ms after the last
 * packet of a program's output the host says that it has it),
 * console-takes= and line-takes= (bytes, and no more).
 *
 * module NAME ms=0 result=0 dies=0: loading takes so long (-1: for ever), and gives -result.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/paths.h"
#include "tests/shared/errors.h"
#include "tests/shared/images.h"
#include "tests/sim/kernel.h"

/* --- programs and roots --- */

static short add_program(short top, const char *path)
{
	return tree_file(top, path, (const char *)&image_program, sizeof(image_program));
}

static void add_text(short top, const char *path, const char *text)
{
	tree_file(top, path, text, strlen(text));
}

/* What tree= says: "init" is usual; "none", "no-exec", "script" without its interpreter, "usr" and
 * "optional" with a line of fstab, "bare" without mount points, "file" with a root in a file. */
void machine_fill(struct block *device, short root)
{
	static const char *const usual[] = { "dev", "proc", "sys", "run", "usr" };
	char tree[16] = "init", line[96];
	short node;

	if (device->item >= 0)
		item_text(kernel->world.items[device->item], "tree", tree, sizeof(tree));
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]) && strcmp(tree, "bare"); i++)
		tree_dir(root, usual[i]);
	tree_dir(root, "etc");
	if (strcmp(tree, "none") == 0)
		return;
	add_program(root, "app");
	node = add_program(root, "sbin/init");
	if (strcmp(tree, "no-exec") == 0)
		kernel->nodes[node].mode = 0644;
	if (strcmp(tree, "script") == 0)
		add_text(root, "sbin/init", "#!/bin/missing\n");
	if (strcmp(tree, "usr") == 0 || strcmp(tree, "optional") == 0) {
		snprintf(line, sizeof(line),
			 "UUID=55000000-0000-0000-0000-000000000000 /usr auto %s 0 2\n",
			 strcmp(tree, "usr") == 0 ? "ro" : "nofail");
		add_text(root, "etc/fstab", arena_text(line, strlen(line)));
	}
	if (strcmp(tree, "file") == 0) {
		node = add_program(root, "images/root");
		kernel->nodes[node].image = image_of(CONTENT_EXT2, 6);
		kernel->nodes[node].len = IMAGE_SIZE;
	}
}

/* --- the image --- */

static const char *unescape(const char *text, size_t *len)
{
	char *copy = arena_take(strlen(text) + 1), *to = copy;

	for (; *text; text++) {
		if (*text == '\\' && (text[1] == 'n' || text[1] == '0')) {
			*to++ = text[1] == 'n' ? '\n' : '\0';
			text++;
		} else {
			*to++ = *text;
		}
	}
	*len = (size_t)(to - copy);
	return copy;
}

static void add_image_file(short top, const char *item)
{
	char path[96];
	const char *rest, *bytes;
	size_t len;

	item_object(item, path, sizeof(path));
	item_is(item, "file", &rest);
	rest += strcspn(rest, " ");
	bytes = unescape(*rest ? rest + 1 : rest, &len);
	tree_file(top, path, bytes, len);
}

static void add_image(void)
{
	static const char *const dirs[] = { "dev", "proc", "sys", "run", "newroot", "bin", "sbin" };
	short top = kernel->fs[FS_INITRAMFS].root;
	char path[96];

	add_program(top, "init");
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		tree_dir(top, dirs[i]);
	for (int i = 0; i < kernel->world.count; i++) {
		const char *item = kernel->world.items[i];

		if (item_is(item, "file", NULL))
			add_image_file(top, item);
		item_object(item, path, sizeof(path));
		if (item_is(item, "program", NULL) && !item_number(item, "missing", 0))
			kernel->nodes[add_program(top, path)].mode =
				item_number(item, "no-exec", 0) ? 0644 : 0755;
		if (item_is(item, "module", NULL)) {
			char file[128];

			snprintf(file, sizeof(file), "m/%s.ko", path);
			add_program(top, file);
		}
	}
}

/* --- the machine's own files --- */

static void add_proc(void)
{
	short top = kernel->fs[FS_PROC].root, node;
	char line[2048] = "";
	const char *rest;

	for (int i = 0; i < kernel->world.count; i++)
		if (item_is(kernel->world.items[i], "param", &rest))
			snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s ", rest);
	strcat(line, "\n");
	add_text(top, "cmdline", arena_text(line, strlen(line)));
	add_text(top, "sys/kernel/printk", "4 4 1 7\n");
	node = tree_file(top, "partitions", NULL, 1);
	kernel->nodes[node].made = MADE_PARTITIONS;
	node = tree_file(top, "meminfo", NULL, 1);
	kernel->nodes[node].made = MADE_MEMINFO;
	node = tree_file(top, "filesystems", NULL, 1);
	kernel->nodes[node].made = MADE_FILESYSTEMS;
	node = tree_file(top, "self/mounts", NULL, 1);
	kernel->nodes[node].made = MADE_MOUNTS;
}

static void add_sys(void)
{
	short top = kernel->fs[FS_SYS].root;

	tree_dir(top, "firmware");
	tree_dir(top, "class/block");
	tree_dir(top, "fs/cgroup");
	tree_dir(top, "module");
	add_text(top, "devices/virtio0/modalias", "virtio:d00000002v00001AF4\n");
	if (world_machine(&kernel->world, "acpi", 1))
		tree_dir(top, "firmware/acpi");
	if (world_machine(&kernel->world, "efi", 0))
		tree_dir(top, "firmware/efi/efivars");
	add_text(top, "power/resume", "");
	add_text(top, "power/resume_offset", "");
}

/* Its name comes after the device, and is announced by another uevent. */
static void add_port(void)
{
	static const char name[] = "change@/devices/virtio1/virtio-ports/vport1p1\0ACTION=change\0"
				   "SUBSYSTEM=virtio-ports";

	tree_node(kernel->fs[FS_DEV].root, "vport1p1", NODE_CHAR, PORT_MAJOR, 1);
	add_text(kernel->fs[FS_SYS].root, "class/virtio-ports/vport1p1/name", "rdinit.stdio\n");
	uevent_send(name, sizeof(name));
}

void port_event(enum port_event what)
{
	switch (what) {
	case PORT_COMES:
		add_port();
		break;
	case PORT_OPENS:
		kernel->port_is_open = true;
		break;
	case PORT_ANSWERS:
		kernel->has_tty_answer = true;
		break;
	}
}

static void make_port(void)
{
	long comes = world_machine(&kernel->world, "vport", -1),
	     opens = world_machine(&kernel->world, "vport-host", 0);

	if (comes < 0)
		return;
	tree_dir(kernel->fs[FS_SYS].root, "class/virtio-ports");
	event_add(comes, EVENT_PORT, PORT_COMES, 0);
	if (opens >= 0)
		event_add(comes + opens, EVENT_PORT, PORT_OPENS, 0);
}

static void add_dev(void)
{
	static const struct {
		const char *name;
		unsigned int major, minor;
	} nodes[] = {
		{ "console", 5, 1 }, { "null", 1, 3 },	 { "kmsg", 1, 11 },  { "tty0", 4, 0 },
		{ "ttyS0", 4, 64 },  { "ttyS1", 4, 65 }, { "ttyS2", 4, 66 },
	};
	short top = kernel->fs[FS_DEV].root;

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		tree_node(top, nodes[i].name, NODE_CHAR, nodes[i].major, nodes[i].minor);
	if (!module_is_needed("loop"))
		tree_node(top, "loop-control", NODE_CHAR, 10, 237);
}

/* --- modules --- */

static const char *module_line(const char *name)
{
	char object[32];

	for (int i = 0; i < kernel->world.count; i++) {
		if (!item_is(kernel->world.items[i], "module", NULL))
			continue;
		item_object(kernel->world.items[i], object, sizeof(object));
		if (strcmp(object, name) == 0)
			return kernel->world.items[i];
	}
	return "module";
}

static bool is_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "module/%s", name);
	return tree_get(kernel->fs[FS_SYS].root, path) >= 0;
}

bool module_is_needed(const char *type)
{
	char name[16];

	for (int i = 0; i < kernel->world.count; i++)
		if (item_is(kernel->world.items[i], "machine", NULL) &&
		    item_text(kernel->world.items[i], "needs", name, sizeof(name)) &&
		    strcmp(name, type) == 0)
			return !is_loaded(type);
	return false;
}

static long load(const char *path)
{
	const char *file = strrchr(path, '/'), *line;
	char name[32], directory[64];
	long ms, result;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(file ? file + 1 : path, "."),
		 file ? file + 1 : path);
	if (is_loaded(name))
		return -EEXIST;
	line = module_line(name);
	ms = item_number(line, "ms", 0);
	if (item_number(line, "dies", 0) && proc_current()->pid != 1)
		proc_killed_in_child(SIGKILL);
	if (ms)
		proc_block(ms == NEVER_MS ? NEVER : kernel->now + ms, "finit_module");
	if (is_loaded(name))
		return -EEXIST;
	result = item_number(line, "result", 0);
	if (result)
		return -result;
	snprintf(directory, sizeof(directory), "module/%s", name);
	tree_dir(kernel->fs[FS_SYS].root, directory);
	device_loaded(name);
	return 0;
}

int sys_finit_module(int fd, const char *options, int flags)
{
	long error = call_enter("finit_module", file_name(fd));

	(void)options, (void)flags;
	return (int)call_leave(error ? error : load(file_name(fd)));
}

/* --- memory --- */

/* Of PID 1 alone: what a child that is a process of its own writes there nobody sees. */
static _Alignas(16) char own_memory[SHARED_SIZE];
static size_t own_used;

static void *take_memory(char *memory, size_t *used, size_t size)
{
	void *at = memory + *used;

	size = (size + 15) & ~(size_t)15;
	if (*used + size > SHARED_SIZE)
		return NULL;
	*used += size;
	return memset(at, 0, size);
}

void *sys_map_memory(size_t size, enum memory memory)
{
	long error = call_enter("map_memory", "");

	call_leave(error);
	if (error)
		return NULL;
	return memory == MEMORY_OWN ? take_memory(own_memory, &own_used, size)
				    : take_memory(kernel->shared, &kernel->shared_used, size);
}

int sys_map(const char *path, const uint8_t **bytes, size_t *len)
{
	long error = call_enter("map", path);
	struct spot at;

	if (!error)
		error = tree_walk(proc_current()->root, proc_current()->cwd, path, WALK_FOLLOW,
				  &at);
	if (!error) {
		*bytes = (const uint8_t *)kernel->nodes[at.node].bytes;
		*len = kernel->nodes[at.node].len;
	}
	return (int)call_leave(error);
}

/* --- all of it --- */

#define MOUNT_S 620 /* that a mount may take (init/mount/mount.c) */
#define COPY_S                                                                    \
	400 /* of eight parts, each of which may take its time; it stalls for 120 \
	       (init/layer/ram.c) */

static void add_faults(void)
{
	for (int i = 0; i < kernel->world.count && kernel->fault_count < FAULTS_MAX; i++) {
		const char *item = kernel->world.items[i];
		struct fault *fault = &kernel->faults[kernel->fault_count];

		if (!item_is(item, "fault", NULL))
			continue;
		kernel->fault_count++;
		*fault = (struct fault){ .call = (unsigned int)item_number(item, "call", 0),
					 .time = (int)item_number(item, "time", 1),
					 .choice = (int)item_number(item, "choice", 0),
					 .is_lasting = (int)item_number(item, "lasting", 0) };
		item_text(item, "line", fault->line, sizeof(fault->line));
	}
}

static void add_signals(void)
{
	for (int i = 0; i < kernel->world.count; i++)
		if (item_is(kernel->world.items[i], "signal", NULL))
			event_add(item_number(kernel->world.items[i], "at", 0), EVENT_SIGNAL,
				  (int)item_number(kernel->world.items[i], "number", SIGTERM), 0);
}

void kernel_reset(const struct world *world)
{
	static const char *const types[] = { "rootfs", "proc", "sysfs", "devtmpfs" };
	char *transcript = kernel->transcript;
	size_t size = kernel->transcript_size;

	memset(kernel, 0, offsetof(struct kernel, nodes));
	memset(&kernel->uevent_first, 0,
	       offsetof(struct kernel, made) - offsetof(struct kernel, uevent_first));
	memset(kernel->mounts, 0, sizeof(kernel->mounts));
	kernel->mount_count = 0;
	for (int i = 0; i < PIPES_MAX; i++)
		kernel->pipes[i].is_used = false;
	kernel->arena_used = kernel->log_len = kernel->wire_len = kernel->stream_len = 0;
	kernel->shared_used = kernel->made_count = 0;
	own_used = 0;
	kernel->log[0] = kernel->wire[0] = kernel->stream[0] = '\0';
	kernel->transcript = transcript;
	kernel->transcript_size = size;
	kernel->transcript_len = 0;
	kernel->turn = 0;
	kernel->world = *world;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		fs_add(types[i], -1);
	if (world_machine(world, "initramfs", 1) == 0)
		strcpy(kernel->fs[FS_INITRAMFS].type, "ext2");
	else if (world_machine(world, "ramfs", 1) == 0)
		strcpy(kernel->fs[FS_INITRAMFS].type, "tmpfs");
	mount_add(FS_INITRAMFS, (struct spot){ -1, -1 }, 0, "rootfs");
	proc_reset();
	kernel->procs[0].root = kernel->procs[0].cwd =
		(struct spot){ 0, kernel->fs[FS_INITRAMFS].root };
	add_image();
	add_proc();
	add_sys();
	add_dev();
	kernel->call_ms = world_machine(world, "call", 0);
	kernel->uevent_loses = world_machine(world, "lose", 0);
	make_port();
	kernel->has_tty_input = world_param(world, "rdinit.stdio") != NULL;
	add_faults();
	add_signals();
	device_make();
	share_make();
	kernel->limit = machine_limit();
}

/* Everything that a boot may wait for, one after the other, twice: all that takes time takes less.
 */
int64_t machine_limit(void)
{
	const struct world *world = &kernel->world;
	const char *timeout = world_param(world, "rd.timeout"), *grace, *delay, *panic;
	int64_t wait_s = timeout && *timeout ? atoi(timeout) : 30, limit_s = 100;

	grace = world_param(world, "rdinit.grace");
	delay = world_param(world, "rootdelay");
	panic = world_param(world, "panic");
	limit_s +=
		(grace ? atoi(grace) : 5) + (delay ? atoi(delay) : 0) + (panic ? atoi(panic) : 0);
	limit_s += 5 * wait_s; /* root, /usr, overlay, resume, a share */
	for (int i = 0; i < world->count; i++) {
		const char *item = world->items[i];

		if (item_is(item, "module", NULL))
			limit_s += 2 * (wait_s > 10 ? wait_s : 10);
		if (item_is(item, "share", NULL))
			limit_s += item_number(item, "mounts", 0) < 0 ? MOUNT_S : 60;
		if (item_is(item, "device", NULL)) {
			limit_s += 15 + item_number(item, "at", 0) / 1000;
			limit_s += item_number(item, "opens", 0) / 1000;
			limit_s += item_number(item, "mounts", 0) < 0 ? MOUNT_S : 0;
			limit_s +=
				(item_number(item, "reads", 0) || item_number(item, "stops", 0)) &&
						world_param(world, "rdinit.toram")
					? COPY_S
					: 0;
		}
		if (item_is(item, "fault", NULL))
			limit_s += MOUNT_S; /* the longest of what a child may hang in */
		if (item_is(item, "program", NULL))
			limit_s += item_number(item, "ms", 0) / 1000;
	}
	if (kernel->call_ms)
		limit_s *= 4;
	return limit_s * 2000;
}
