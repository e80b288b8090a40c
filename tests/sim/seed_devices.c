// SPDX-License-Identifier: MIT
/* seed_devices.c - the disks of a seed, their partitions and layers, and their troubles. */
#include <string.h>

#include "tests/sim/seed.h"

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
	if (draw_chance(draw, 45))
		draw_also(draw, "at", draw_ms(draw));
	if (draw_chance(draw, 25))
		draw_also(draw, "ready", draw_ms(draw));
	if (draw_chance(draw, 15))
		draw_also(draw, "early", 1);
	if (draw_chance(draw, 10))
		draw_also(draw, "twice", 1);
}

static void draw_trouble(struct draw *draw)
{
	if (draw_chance(draw, 3))
		draw_also(draw, "silent", 1);
	if (draw_chance(draw, 6))
		draw_also(draw, "gone", draw_ms(draw));
	if (draw_chance(draw, 4))
		draw_also(draw, "back", draw_ms(draw));
	if (draw_chance(draw, 5)) {
		draw_also(draw, "changes", draw_ms(draw));
		draw_also_text(draw, "to", ONE_OF(draw, "ext2", "nothing", "luks", "several"));
	}
	if (draw_chance(draw, 8)) {
		draw_also(draw, "reads", draw_chance(draw, 30) ? -1 : draw_ms(draw));
	}
	if (draw_chance(draw, 5))
		draw_also(draw, "stops", draw_ms(draw) / 8);
	if (draw_chance(draw, 4))
		draw_also(draw, "opens", draw_chance(draw, 50) ? -1 : draw_ms(draw));
	if (draw_chance(draw, 4))
		draw_also(draw, "bad", 1);
	if (draw_chance(draw, 6))
		draw_also(draw, "mounts", draw_chance(draw, 20) ? -1 : draw_ms(draw) / 4);
	if (draw->modules && draw_chance(draw, 25))
		draw_also_text(draw, "module", "a");
}

static void draw_tree(struct draw *draw)
{
	if (draw->has_loop)
		draw_also_text(draw, "tree", "file");
	else if (draw_chance(draw, 30))
		draw_also_text(draw, "tree",
			       ONE_OF(draw, "none", "no-exec", "script", "usr", "optional", "bare",
				      "usr"));
}

static void draw_partitions(struct draw *draw, const char *disk, unsigned int minor,
			    unsigned int disk_uuid)
{
	for (unsigned int part = 1; part <= 2; part++) {
		const char *content = ONE_OF(draw, "ext2", "ext2", "nothing", "swap");
		unsigned int uuid = 1 + draw_below(draw, 6);
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
	unsigned int uuid = 1 + draw_below(draw, 6);

	draw->has_layer = true;
	draw_also_text(draw, "inside", ONE_OF(draw, "ext2", "ext2", "ext2", "swap", "several"));
	draw_also(draw, "inside-uuid", uuid);
	if (draw_chance(draw, 20))
		draw_also(draw, "inside-late", draw_ms(draw));
	if (draw_chance(draw, 30))
		draw_also(draw, "depth", 1 + draw_below(draw, 3));
	keep(draw, name, minor, "luks", uuid, 0, 0);
	if (draw_chance(draw, 25))
		world_add(draw->world, "param rd.luks.uuid=%u%u000000-0000-0000-0000-000000000000",
			  layer_uuid, layer_uuid);
}

static void draw_disk(struct draw *draw)
{
	const char *content = ONE_OF(draw, "ext2", "ext2", "ext2", "ext2", "btrfs", "swap", "gpt",
				     "gpt", "nothing", "luks", "luks", "damaged", "several");
	unsigned int minor = 16 * (unsigned int)draw->disks, uuid = 1 + draw_below(draw, 6);
	char name[8];

	snprintf(name, sizeof(name), "vd%c", 'a' + draw->disks++ % 26);
	world_add(draw->world, "device %s number=254:%u content=%s uuid=%u", name, minor, content,
		  uuid);
	draw_times(draw);
	draw_tree(draw);
	draw_trouble(draw);
	if (strcmp(content, "luks") == 0 && draw_chance(draw, 85))
		draw_inside(draw, name, minor, uuid);
	else
		keep(draw, name, minor, content, uuid, 0, 0);
	if (strcmp(content, "gpt") == 0)
		draw_partitions(draw, name, minor, uuid);
	if (strcmp(content, "btrfs") == 0 && draw_chance(draw, 85)) {
		snprintf(name, sizeof(name), "vd%c", 'a' + draw->disks++ % 26);
		world_add(draw->world, "device %s number=254:%u content=btrfs uuid=%u", name,
			  16 * (unsigned int)(draw->disks - 1), uuid);
		draw_times(draw);
	}
}

void draw_devices(struct draw *draw, unsigned int least)
{
	unsigned int count = least + draw_below(draw, 4);

	while (count--)
		draw_disk(draw);
}
