// SPDX-License-Identifier: MIT
/* seed.c - the world of a seed: what is asked for, what is there, and what goes wrong. */
#include <string.h>

#include "tests/sim/world.h"

struct draw {
	struct world *world;
	uint64_t state;
	int disks; /* that were drawn */
	char names[16][8]; /* of devices that may be the root */
	unsigned int minors[16], uuids[16], parts[16], disk_uuids[16];
	char contents[16][12];
	int count;
	int modules;
	bool has_loop, has_hanging, has_layer;
};

/* splitmix64: any seed is as good as any other. */
static uint64_t next(struct draw *draw)
{
	uint64_t z = draw->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static unsigned int below(struct draw *draw, unsigned int limit)
{
	return (unsigned int)(next(draw) % limit);
}

static bool chance(struct draw *draw, unsigned int percent)
{
	return below(draw, 100) < percent;
}

static const char *one_of(struct draw *draw, const char *const *texts, unsigned int count)
{
	return texts[below(draw, count)];
}

#define ONE_OF(draw, ...)                                  \
	one_of(draw, (const char *const[]){ __VA_ARGS__ }, \
	       sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* Mostly short, now and then long. */
static long some_ms(struct draw *draw)
{
	static const unsigned int limits[] = { 10, 300, 3000, 12000, 45000 };

	return below(draw, limits[below(draw, 5)]);
}

/* Adds to the last line. */
static void also(struct draw *draw, const char *key, long value)
{
	char *item = draw->world->items[draw->world->count - 1];
	size_t used = strlen(item);

	snprintf(item + used, ITEM_SIZE - used, " %s=%ld", key, value);
}

static void also_text(struct draw *draw, const char *key, const char *value)
{
	char *item = draw->world->items[draw->world->count - 1];
	size_t used = strlen(item);

	snprintf(item + used, ITEM_SIZE - used, " %s=%s", key, value);
}

/* --- the machine --- */

static void draw_machine(struct draw *draw)
{
	static const struct {
		const char *key;
		unsigned int percent, values;
	} rare[] = {
		{ "console", 4, 3 },   { "port", 10, 3 },    { "acpi", 15, 1 },
		{ "efi", 90, 1 },      { "devtmpfs", 3, 1 }, { "net", 4, 1 },
		{ "signalfd", 3, 1 },  { "cgroup2", 5, 1 },  { "initramfs", 1, 1 },
		{ "deaf-host", 5, 2 }, { "devpts", 3, 1 },
	};

	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		if (chance(draw, rare[i].percent))
			world_add(draw->world, "machine %s=%u", rare[i].key,
				  below(draw, rare[i].values));
	if (chance(draw, 15))
		world_add(draw->world, "machine call=%u", 1 + below(draw, 30));
	if (chance(draw, 40))
		world_add(draw->world, "machine processors=%u", 1 + below(draw, 4));
	if (chance(draw, 8))
		world_add(draw->world, "machine lose=%u", 1 + below(draw, 4));
	if (chance(draw, 30))
		world_add(draw->world, "machine child=%ld", some_ms(draw) / 8);
}

/*
 * --- devices ---
 *
 * What hangs for good hangs where a child meets it: /init itself opens and copies the devices of a
 * root, and waits as long as that takes.
 */

static void keep(struct draw *draw, const char *name, unsigned int minor, const char *content,
		 unsigned int uuid, unsigned int part, unsigned int disk_uuid)
{
	int at = draw->count;

	if (at == 16)
		return;
	draw->count++;
	snprintf(draw->names[at], sizeof(draw->names[at]), "%s", name);
	snprintf(draw->contents[at], sizeof(draw->contents[at]), "%s", content);
	draw->minors[at] = minor;
	draw->uuids[at] = uuid;
	draw->parts[at] = part;
	draw->disk_uuids[at] = disk_uuid;
}

static void draw_times(struct draw *draw)
{
	if (chance(draw, 45))
		also(draw, "at", some_ms(draw));
	if (chance(draw, 25))
		also(draw, "ready", some_ms(draw));
	if (chance(draw, 15))
		also(draw, "early", 1);
	if (chance(draw, 10))
		also(draw, "twice", 1);
}

static void draw_trouble(struct draw *draw)
{
	if (chance(draw, 3))
		also(draw, "silent", 1);
	if (chance(draw, 6))
		also(draw, "gone", some_ms(draw));
	if (chance(draw, 4))
		also(draw, "back", some_ms(draw));
	if (chance(draw, 5)) {
		also(draw, "changes", some_ms(draw));
		also_text(draw, "to", ONE_OF(draw, "ext2", "nothing", "luks", "several"));
	}
	if (chance(draw, 8)) {
		bool is_hanging = chance(draw, 30);

		draw->has_hanging |= is_hanging;
		also(draw, "reads", is_hanging ? -1 : some_ms(draw));
	}
	if (chance(draw, 4))
		also(draw, "bad", 1);
	if (chance(draw, 6))
		also(draw, "mounts", chance(draw, 20) ? -1 : some_ms(draw) / 4);
	if (draw->modules && chance(draw, 25))
		also_text(draw, "module", "a");
}

static void draw_tree(struct draw *draw)
{
	if (draw->has_loop)
		also_text(draw, "tree", "file");
	else if (chance(draw, 30))
		also_text(draw, "tree",
			  ONE_OF(draw, "none", "no-exec", "script", "usr", "optional", "bare",
				 "usr"));
}

static void draw_partitions(struct draw *draw, const char *disk, unsigned int minor,
			    unsigned int disk_uuid)
{
	for (unsigned int part = 1; part <= 2; part++) {
		const char *content = ONE_OF(draw, "ext2", "ext2", "nothing", "swap");
		unsigned int uuid = 1 + below(draw, 6);
		char name[8];

		snprintf(name, sizeof(name), "%.4s%u", disk, part);
		world_add(draw->world, "device %s number=254:%u content=%s uuid=%u of=%s part=%u",
			  name, minor + part, content, uuid, disk, part);
		draw_times(draw);
		draw_tree(draw);
		keep(draw, name, minor + part, content, uuid, part, disk_uuid);
	}
}

/* By its path the layer itself is asked for, by UUID what is in it. */
static void draw_inside(struct draw *draw, const char *name, unsigned int minor,
			unsigned int layer_uuid)
{
	unsigned int uuid = 1 + below(draw, 6);

	draw->has_layer = true;
	also_text(draw, "inside", ONE_OF(draw, "ext2", "ext2", "ext2", "swap", "several"));
	also(draw, "inside-uuid", uuid);
	if (chance(draw, 20))
		also(draw, "inside-late", some_ms(draw));
	if (chance(draw, 30))
		also(draw, "depth", 1 + below(draw, 3));
	keep(draw, name, minor, "luks", uuid, 0, 0);
	if (chance(draw, 25))
		world_add(draw->world, "param rd.luks.uuid=%u%u000000-0000-0000-0000-000000000000",
			  layer_uuid, layer_uuid);
}

static void draw_disk(struct draw *draw)
{
	const char *content = ONE_OF(draw, "ext2", "ext2", "ext2", "ext2", "btrfs", "swap", "gpt",
				     "gpt", "nothing", "luks", "luks", "damaged", "several");
	unsigned int minor = 16 * (unsigned int)draw->disks, uuid = 1 + below(draw, 6);
	char name[8];

	snprintf(name, sizeof(name), "vd%c", 'a' + draw->disks++ % 26);
	world_add(draw->world, "device %s number=254:%u content=%s uuid=%u", name, minor, content,
		  uuid);
	draw_times(draw);
	draw_tree(draw);
	draw_trouble(draw);
	if (strcmp(content, "luks") == 0 && chance(draw, 85))
		draw_inside(draw, name, minor, uuid);
	else
		keep(draw, name, minor, content, uuid, 0, 0);
	if (strcmp(content, "gpt") == 0)
		draw_partitions(draw, name, minor, uuid);
	if (strcmp(content, "btrfs") == 0 && chance(draw, 85)) {
		snprintf(name, sizeof(name), "vd%c", 'a' + draw->disks++ % 26);
		world_add(draw->world, "device %s number=254:%u content=btrfs uuid=%u", name,
			  16 * (unsigned int)(draw->disks - 1), uuid);
		draw_times(draw);
	}
}

static void draw_devices(struct draw *draw, unsigned int least)
{
	unsigned int count = least + below(draw, 4);

	while (count--)
		draw_disk(draw);
}

/* --- modules --- */

static void draw_modules(struct draw *draw)
{
	unsigned int listed = below(draw, 4);
	char list[64] = "";

	if (!chance(draw, 35))
		return;
	draw->modules = 4;
	for (unsigned int i = 0; i < 4; i++) {
		world_add(draw->world, "module %c", 'a' + i);
		if (chance(draw, 40))
			also(draw, "ms", chance(draw, 20) ? -1 : some_ms(draw));
		if (chance(draw, 15))
			also(draw, "result", ONE_OF(draw, "x", "y")[0] == 'x' ? 19 : 22);
		if (chance(draw, 5))
			also(draw, "dies", 1);
		if (i < listed)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "/m/%c.ko\\n",
				 'a' + i);
	}
	if (listed)
		world_add(draw->world, "file /etc/rdinit/modules %s", list);
	if (chance(draw, 60))
		world_add(draw->world, "file /etc/rdinit/drivers /m/a.ko -\\n/m/b.ko 0\\n/m/c.ko "
				       "-\\n/m/d.ko -\\n/m/ext2.ko -\\n\\nfs-ext2 4\\n"
				       "virtio:d00000002v* 1\\nvirtio:d00000003v* 2\\n");
	if (chance(draw, 20)) {
		world_add(draw->world, "machine needs=ext2");
		world_add(draw->world, "module ext2 ms=%ld", some_ms(draw) / 20);
	}
}

/* --- programs --- */

static void draw_program(struct draw *draw, const char *path, bool may_stay)
{
	world_add(draw->world, "program %s", path);
	if (chance(draw, 70))
		also(draw, "ms", some_ms(draw));
	else if (may_stay && chance(draw, 25))
		also(draw, "ms", -1);
	if (chance(draw, 50))
		also(draw, "exit", below(draw, 5));
	else if (chance(draw, 25))
		also(draw, "signal", ONE_OF(draw, "9", "11")[0] == '9' ? 9 : 11);
	if (chance(draw, 15))
		also(draw, "term", chance(draw, 40) ? -1 : some_ms(draw));
	if (chance(draw, 10))
		also(draw, "orphans", 1 + below(draw, 3));
	if (may_stay && chance(draw, 3))
		also(draw, "stops", 1);
	if (chance(draw, 4))
		also(draw, "missing", 1);
	if (chance(draw, 3))
		also(draw, "no-exec", 1);
}

/* --- what is asked for --- */

static void draw_common_params(struct draw *draw)
{
	struct world *world = draw->world;

	if (chance(draw, 75))
		world_add(world, "param rdinit.onfail=%s",
			  ONE_OF(draw, "poweroff", "poweroff", "reboot", "halt", "wait", "shell"));
	if (chance(draw, 60))
		world_add(world, "param rd.timeout=%u", 1 + below(draw, 20));
	if (chance(draw, 10))
		world_add(world, "param panic=%u", below(draw, 5));
	if (chance(draw, 15))
		world_add(world, "param rdinit.exit=%s",
			  ONE_OF(draw, "poweroff", "reboot", "halt"));
	if (chance(draw, 30))
		world_add(world, "param rdinit.grace=%u", below(draw, 4));
	if (chance(draw, 15))
		world_add(world, "param rdinit.links");
	if (chance(draw, 10))
		world_add(world, "param rdinit.mounts=minimal");
	if (chance(draw, 15))
		world_add(world, "param %s", ONE_OF(draw, "quiet", "debug"));
	if (chance(draw, 5))
		world_add(world, "param rdinit.host=ttyS2");
	if (chance(draw, 50))
		draw_program(draw, "/bin/sh", true);
}

/* root=, or rdinit.root=, of a name that the device has. */
static void draw_root(struct draw *draw, const char *param, int at)
{
	struct world *world = draw->world;
	unsigned int uuid = draw->uuids[at], part = draw->parts[at];
	unsigned int byte = 0x11 * draw->disk_uuids[at] + part - 1;
	const char *content = draw->contents[at];

	if (part && chance(draw, 40)) {
		if (chance(draw, 30))
			world_add(world, "param %s=gpt-auto", param);
		else
			world_add(world,
				  "param %s=PARTUUID=%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
				  "%02x%02x%02x%02x%02x%02x",
				  param, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte,
				  byte, byte, byte, byte, byte, byte);
	} else if (chance(draw, 30)) {
		world_add(world, "param %s=/dev/%s", param, draw->names[at]);
	} else if (chance(draw, 20)) {
		world_add(world, "param %s=254:%u", param, draw->minors[at]);
	} else if (strcmp(content, "ext2") == 0 && chance(draw, 30)) {
		world_add(world, "param %s=LABEL=L%u", param, uuid);
	} else {
		world_add(world, "param %s=UUID=%u%u000000-0000-0000-0000-000000000000", param,
			  uuid, uuid);
	}
}

static void draw_root_of_any(struct draw *draw, const char *param)
{
	if (chance(draw, 4) || draw->count == 0)
		world_add(draw->world, "param %s=UUID=99000000-0000-0000-0000-000000000000", param);
	else
		draw_root(draw, param, (int)below(draw, (unsigned int)draw->count));
}

static void draw_run(struct draw *draw)
{
	draw_modules(draw);
	draw_devices(draw, 0);
	world_add(draw->world, "param rdinit.run=/app");
	if (chance(draw, 20)) {
		draw_root_of_any(draw, "rdinit.root");
		if (chance(draw, 30))
			world_add(draw->world, "param rd.overlay");
		if (chance(draw, 5))
			world_add(draw->world, "param rootwait");
	}
	if (chance(draw, 10))
		world_add(draw->world, "param rdinit.user=33:33");
	draw_program(draw, "/app", true);
	if (chance(draw, 20)) {
		world_add(draw->world, "param rdinit.stdio=ttyS1");
		if (chance(draw, 60))
			world_add(draw->world, "program /app ms=%ld exit=3 writes=%u",
				  some_ms(draw), 1 + below(draw, 3000));
	}
}

static void draw_layers(struct draw *draw)
{
	struct world *world = draw->world;

	if (chance(draw, 12))
		world_add(world, "param rd.overlay");
	if (draw->has_loop)
		world_add(world, "param rdinit.loop=/images/root");
	if (!draw->has_hanging && chance(draw, draw->has_loop ? 40 : 6))
		world_add(world, "param rdinit.toram");
	if (chance(draw, 6))
		world_add(world, "machine needs=loop");
	if (chance(draw, 8))
		world_add(world, "param resume=/dev/vd%c", 'a' + below(draw, 3));
	if (chance(draw, 10))
		world_add(world, "param rootwait");
	if (chance(draw, 8))
		world_add(world, "param rootdelay=%u", below(draw, 5));
	if (chance(draw, 8))
		world_add(world, "param rdinit.unique");
	if (chance(draw, 25))
		world_add(world, "param rw");
	if (chance(draw, 15))
		world_add(world, "param rootfstype=%s", ONE_OF(draw, "ext2", "btrfs,ext2"));
	if (chance(draw, 8))
		world_add(world, "param init=%s", ONE_OF(draw, "/sbin/init", "/bin/none"));
	if (chance(draw, 25))
		draw_program(draw, "/sbin/fsck.ext2", false);
	if (chance(draw, 15))
		world_add(world, "param fsck.mode=%s", ONE_OF(draw, "skip", "force"));
}

static void draw_hand_off(struct draw *draw)
{
	draw->has_loop = chance(draw, 12);
	draw_modules(draw);
	draw_devices(draw, 1);
	draw_root_of_any(draw, "root");
	draw_layers(draw);
}

static void draw_stay(struct draw *draw)
{
	draw_modules(draw);
	draw_devices(draw, 0);
	if (chance(draw, 50))
		draw_program(draw, "/sbin/init", false);
}

/* --- what goes wrong --- */

static void draw_faults(struct draw *draw)
{
	static const unsigned int limits[] = { 60, 200, 500 };
	unsigned int count = 1 + below(draw, 3);

	if (!chance(draw, 45))
		return;
	while (count--) {
		world_add(draw->world, "fault call=%u choice=%u",
			  1 + below(draw, limits[below(draw, 3)]), below(draw, 64));
		if (chance(draw, 15))
			also(draw, "lasting", 1);
	}
}

static void draw_signals(struct draw *draw)
{
	static const unsigned char numbers[] = { 1, 2, 10, 12, 15, 15, 30, 28, 14 };

	while (chance(draw, 20))
		world_add(draw->world, "signal number=%u at=%ld", numbers[below(draw, 9)],
			  some_ms(draw));
}

void world_draw(struct world *world, uint64_t seed)
{
	struct draw draw = { .world = world, .state = seed };
	unsigned int mode = below(&draw, 100);

	world->count = 0;
	draw_machine(&draw);
	draw_common_params(&draw);
	if (mode < 35)
		draw_run(&draw);
	else if (mode < 90)
		draw_hand_off(&draw);
	else
		draw_stay(&draw);
	if (draw.has_layer && chance(&draw, 85))
		draw_program(&draw, "/sbin/open-luks", true);
	draw_faults(&draw);
	draw_signals(&draw);
}
