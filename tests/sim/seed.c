// SPDX-License-Identifier: MIT
/* seed.c - the world of a seed: what is asked for, what is there, and what goes wrong. */
#include <string.h>

#include "tests/sim/seed.h"

/* splitmix64: any seed is as good as any other. */
static uint64_t draw_next(struct draw *draw)
{
	uint64_t z = draw->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned int draw_below(struct draw *draw, unsigned int limit)
{
	return (unsigned int)(draw_next(draw) % limit);
}

bool draw_chance(struct draw *draw, unsigned int percent)
{
	return draw_below(draw, 100) < percent;
}

const char *draw_one_of(struct draw *draw, const char *const *texts, unsigned int count)
{
	return texts[draw_below(draw, count)];
}

long draw_ms(struct draw *draw)
{
	static const unsigned int limits[] = { 10, 300, 3000, 12000, 45000 };

	return draw_below(draw, limits[draw_below(draw, 5)]);
}

void draw_also(struct draw *draw, const char *key, long value)
{
	char *item = draw->world->items[draw->world->count - 1];
	size_t used = strlen(item);

	snprintf(item + used, ITEM_SIZE - used, " %s=%ld", key, value);
}

void draw_also_text(struct draw *draw, const char *key, const char *value)
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
		{ "deaf-host", 5, 2 }, { "devpts", 3, 1 },   { "console-takes", 5, 3000 },
		{ "ramfs", 50, 1 },
	};

	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		if (draw_chance(draw, rare[i].percent))
			world_add(draw->world, "machine %s=%u", rare[i].key,
				  draw_below(draw, rare[i].values));
	if (draw_chance(draw, 15))
		world_add(draw->world, "machine call=%u", 1 + draw_below(draw, 30));
	if (draw_chance(draw, 40))
		world_add(draw->world, "machine processors=%u", 1 + draw_below(draw, 4));
	if (draw_chance(draw, 8))
		world_add(draw->world, "machine lose=%u", 1 + draw_below(draw, 4));
	if (draw_chance(draw, 30))
		world_add(draw->world, "machine child=%ld", draw_ms(draw) / 8);
}

/* --- modules --- */

static void draw_modules(struct draw *draw)
{
	unsigned int listed = draw_below(draw, 4);
	char list[64] = "";

	if (!draw_chance(draw, 35))
		return;
	draw->modules = 4;
	for (unsigned int i = 0; i < 4; i++) {
		world_add(draw->world, "module %c", 'a' + i);
		if (draw_chance(draw, 40))
			draw_also(draw, "ms", draw_chance(draw, 20) ? -1 : draw_ms(draw));
		if (draw_chance(draw, 15))
			draw_also(draw, "result", ONE_OF(draw, "x", "y")[0] == 'x' ? 19 : 22);
		if (draw_chance(draw, 5))
			draw_also(draw, "dies", 1);
		if (i < listed)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "/m/%c.ko\\n",
				 'a' + i);
	}
	if (listed)
		world_add(draw->world, "file /etc/rdinit/modules %s", list);
	if (draw_chance(draw, 60))
		world_add(draw->world, "file /etc/rdinit/drivers /m/a.ko -\\n/m/b.ko 0\\n/m/c.ko "
				       "-\\n/m/d.ko -\\n/m/ext2.ko -\\n\\nfs-ext2 4\\n"
				       "virtio:d00000002v* 1\\nvirtio:d00000003v* 2\\n");
	if (draw_chance(draw, 20)) {
		world_add(draw->world, "machine needs=ext2");
		world_add(draw->world, "module ext2 ms=%ld", draw_ms(draw) / 20);
	}
}

/* --- programs --- */

static void draw_program(struct draw *draw, const char *path, bool may_stay)
{
	world_add(draw->world, "program %s", path);
	if (draw_chance(draw, 70))
		draw_also(draw, "ms", draw_ms(draw));
	else if (may_stay && draw_chance(draw, 25))
		draw_also(draw, "ms", -1);
	if (draw_chance(draw, 50))
		draw_also(draw, "exit", draw_below(draw, 5));
	else if (draw_chance(draw, 25))
		draw_also(draw, "signal", ONE_OF(draw, "9", "11")[0] == '9' ? 9 : 11);
	if (draw_chance(draw, 15))
		draw_also(draw, "term", draw_chance(draw, 40) ? -1 : draw_ms(draw));
	if (draw_chance(draw, 10))
		draw_also(draw, "orphans", 1 + draw_below(draw, 3));
	if (may_stay && draw_chance(draw, 3))
		draw_also(draw, "stops", 1);
	if (draw_chance(draw, 4))
		draw_also(draw, "missing", 1);
	if (draw_chance(draw, 3))
		draw_also(draw, "no-exec", 1);
}

/* --- what is asked for --- */

/* The host hears over a serial line. */
static void draw_line(struct draw *draw)
{
	world_add(draw->world, "param rdinit.host=ttyS2");
	if (draw_chance(draw, 50))
		world_add(draw->world, "machine port=0");
	if (draw_chance(draw, 40))
		world_add(draw->world, "machine line-takes=%u", draw_below(draw, 300));
}

static void draw_common_params(struct draw *draw)
{
	struct world *world = draw->world;

	if (draw_chance(draw, 75))
		world_add(world, "param rdinit.onfail=%s",
			  ONE_OF(draw, "poweroff", "poweroff", "reboot", "halt", "wait", "shell"));
	if (draw_chance(draw, 60))
		world_add(world, "param rd.timeout=%u", 1 + draw_below(draw, 20));
	if (draw_chance(draw, 10))
		world_add(world, "param panic=%u", draw_below(draw, 5));
	if (draw_chance(draw, 15))
		world_add(world, "param rdinit.exit=%s",
			  ONE_OF(draw, "poweroff", "reboot", "halt"));
	if (draw_chance(draw, 30))
		world_add(world, "param rdinit.grace=%u", draw_below(draw, 4));
	if (draw_chance(draw, 15))
		world_add(world, "param rdinit.links");
	if (draw_chance(draw, 10))
		world_add(world, "param rdinit.mounts=minimal");
	if (draw_chance(draw, 15))
		world_add(world, "param %s", ONE_OF(draw, "quiet", "debug"));
	if (draw_chance(draw, 5))
		draw_line(draw);
	if (draw_chance(draw, 50))
		draw_program(draw, "/bin/sh", true);
}

/* root=, or rdinit.root=, of a name that the device has. */
static void draw_root(struct draw *draw, const char *param, int at)
{
	struct world *world = draw->world;
	unsigned int uuid = draw->uuids[at], part = draw->parts[at];
	unsigned int byte = 0x11 * draw->disk_uuids[at] + part - 1;
	const char *content = draw->contents[at];

	if (part && draw_chance(draw, 40)) {
		if (draw_chance(draw, 30))
			world_add(world, "param %s=gpt-auto", param);
		else
			world_add(world,
				  "param %s=PARTUUID=%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
				  "%02x%02x%02x%02x%02x%02x",
				  param, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte,
				  byte, byte, byte, byte, byte, byte);
	} else if (draw_chance(draw, 30)) {
		world_add(world, "param %s=/dev/%s", param, draw->names[at]);
	} else if (draw_chance(draw, 20)) {
		world_add(world, "param %s=254:%u", param, draw->minors[at]);
	} else if (strcmp(content, "ext2") == 0 && draw_chance(draw, 30)) {
		world_add(world, "param %s=LABEL=L%u", param, uuid);
	} else {
		world_add(world, "param %s=UUID=%u%u000000-0000-0000-0000-000000000000", param,
			  uuid, uuid);
	}
}

static void draw_root_of_any(struct draw *draw, const char *param)
{
	if (draw_chance(draw, 4) || draw->count == 0)
		world_add(draw->world, "param %s=UUID=99000000-0000-0000-0000-000000000000", param);
	else
		draw_root(draw, param, (int)draw_below(draw, (unsigned int)draw->count));
}

static void draw_port(struct draw *draw)
{
	if (draw_chance(draw, 30))
		world_add(draw->world, "machine answer=%ld", draw_ms(draw));
	if (draw_chance(draw, 40)) {
		world_add(draw->world, "param rdinit.stdio=ttyS1");
		return;
	}
	world_add(draw->world, "param rdinit.stdio=%s",
		  ONE_OF(draw, "virtio:rdinit.stdio,ttyS1", "virtio:rdinit.stdio"));
	if (draw_chance(draw, 80))
		world_add(draw->world, "machine vport=%ld", draw_ms(draw));
	if (draw_chance(draw, 40))
		world_add(draw->world, "machine vport-host=%ld",
			  draw_chance(draw, 10) ? -1 : draw_ms(draw));
}

static void draw_run(struct draw *draw)
{
	draw_modules(draw);
	draw_devices(draw, 0);
	world_add(draw->world, "param rdinit.run=/app");
	if (draw_chance(draw, 20)) {
		draw_root_of_any(draw, "rdinit.root");
		if (draw_chance(draw, 30))
			world_add(draw->world, "param rd.overlay");
		if (draw_chance(draw, 5))
			world_add(draw->world, "param rootwait");
	} else if (draw_chance(draw, 10)) {
		world_add(draw->world, "param rdinit.root=tmpfs");
	}
	if (draw_chance(draw, 10))
		world_add(draw->world, "param rdinit.user=33:33");
	draw_program(draw, "/app", true);
	if (draw_chance(draw, 15))
		draw_also(draw, "ready", draw_ms(draw));
	if (draw_chance(draw, 15))
		world_add(draw->world, "param rdinit.notify");
	if (draw_chance(draw, 10))
		world_add(draw->world, "param rdinit.watchdog=%u", draw_below(draw, 9));
	if (draw_chance(draw, 20)) {
		draw_port(draw);
		if (draw_chance(draw, 60))
			world_add(draw->world, "program /app ms=%ld exit=3 writes=%u",
				  draw_ms(draw), 1 + draw_below(draw, 3000));
	}
}

static void draw_layers(struct draw *draw)
{
	struct world *world = draw->world;

	if (draw_chance(draw, 12))
		world_add(world, "param rd.overlay");
	if (draw->has_loop)
		world_add(world, "param rdinit.loop=/images/root");
	if (draw_chance(draw, draw->has_loop ? 40 : 12))
		world_add(world, "param rdinit.toram");
	if (draw_chance(draw, 6))
		world_add(world, "machine needs=loop");
	if (draw_chance(draw, 8))
		world_add(world, "param resume=/dev/vd%c", 'a' + draw_below(draw, 3));
	if (draw_chance(draw, 10))
		world_add(world, "param rootwait");
	if (draw_chance(draw, 8))
		world_add(world, "param rootdelay=%u", draw_below(draw, 5));
	if (draw_chance(draw, 8))
		world_add(world, "param rdinit.unique");
	if (draw_chance(draw, 25))
		world_add(world, "param rw");
	if (draw_chance(draw, 15))
		world_add(world, "param rootfstype=%s", ONE_OF(draw, "ext2", "btrfs,ext2"));
	if (draw_chance(draw, 8))
		world_add(world, "param init=%s", ONE_OF(draw, "/sbin/init", "/bin/none"));
	if (draw_chance(draw, 25))
		draw_program(draw, "/sbin/fsck.ext2", false);
	if (draw_chance(draw, 15))
		world_add(world, "param fsck.mode=%s", ONE_OF(draw, "skip", "force"));
}

static void draw_share(struct draw *draw, const char *param)
{
	const char *type = ONE_OF(draw, "9p", "virtiofs");

	world_add(draw->world, "param %s=%s:tag", param, type);
	if (draw_chance(draw, 10))
		return;
	world_add(draw->world, "share tag type=%s", type);
	if (draw_chance(draw, 40))
		draw_also(draw, "at", draw_ms(draw));
	if (draw_chance(draw, 30))
		draw_also(draw, "mounts", draw_chance(draw, 40) ? -1 : draw_ms(draw));
}

static void draw_hand_off(struct draw *draw)
{
	bool is_share = draw_chance(draw, 6);

	draw->has_loop = draw_chance(draw, 12);
	draw_modules(draw);
	draw_devices(draw, 1);
	if (is_share)
		draw_share(draw, "root");
	else
		draw_root_of_any(draw, "root");
	draw_layers(draw);
}

static void draw_stay(struct draw *draw)
{
	draw_modules(draw);
	draw_devices(draw, 0);
	if (draw_chance(draw, 50))
		draw_program(draw, "/sbin/init", false);
}

/* --- what goes wrong --- */

static void draw_faults(struct draw *draw)
{
	static const unsigned int limits[] = { 60, 200, 500 };
	unsigned int count = 1 + draw_below(draw, 3);

	if (!draw_chance(draw, 45))
		return;
	while (count--) {
		world_add(draw->world, "fault call=%u choice=%u",
			  1 + draw_below(draw, limits[draw_below(draw, 3)]), draw_below(draw, 64));
		if (draw_chance(draw, 15))
			draw_also(draw, "lasting", 1);
	}
}

static void draw_signals(struct draw *draw)
{
	static const unsigned char numbers[] = { 1, 2, 10, 12, 15, 30, 65, 28, 14 };

	while (draw_chance(draw, 20))
		world_add(draw->world, "signal number=%u at=%ld", numbers[draw_below(draw, 9)],
			  draw_ms(draw));
}

void world_draw(struct world *world, uint64_t seed)
{
	struct draw draw = { .world = world, .state = seed };
	unsigned int mode = draw_below(&draw, 100);

	world->count = 0;
	draw_machine(&draw);
	draw_common_params(&draw);
	if (mode < 35)
		draw_run(&draw);
	else if (mode < 90)
		draw_hand_off(&draw);
	else
		draw_stay(&draw);
	if (draw.has_layer && draw_chance(&draw, 85))
		draw_program(&draw, "/sbin/open-luks", true);
	draw_faults(&draw);
	draw_signals(&draw);
	if (mode < 35 && draw_chance(&draw, 20))
		world_add(world, "param rdinit.restart=%s",
			  ONE_OF(&draw, "on-failure:1", "on-failure:4"));
	if (mode < 35 && draw_chance(&draw, 12)) {
		draw_program(&draw, "/etc/rdinit/before-run.d/10-a", true);
		draw_program(&draw, "/etc/rdinit/before-run.d/20-b", false);
	}
}
