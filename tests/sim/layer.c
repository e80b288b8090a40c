// SPDX-License-Identifier: MIT
/*
 * layer.c - a layer that a program of the image opens: /init's table has this row for LUKS here.
 *
 * Keys of the device: inside=ext2 inside-uuid=1: what the program makes of it when it exits with 0;
 * inside-late=MS: so much later; depth=2: there is another layer in between.
 */
#include <stdio.h>
#include <string.h>

#include "init/device/devices.h"
#include "init/layer/program.h"
#include "tests/sim/kernel.h"

static void add_arguments(const struct device *device, struct opener_words *words)
{
	(void)device;
	words->argv[1] = words->device;
}

extern const struct opener simulated_opener;
const struct opener simulated_opener = PROGRAM_OPENER(add_arguments);

/* The device that the program opens, or -1. */
short layer_opened_by(const char *path, const char *argument)
{
	const struct layer *luks = layer_of(FORMAT_LUKS1);

	if (strcmp(path, layer_text(luks, LAYER_PROGRAM)) || !argument ||
	    strncmp(argument, "/dev/", 5))
		return -1;
	return (short)device_named(argument + 5);
}

static void add_holder(const struct block *device, const char *holder)
{
	char path[96];

	snprintf(path, sizeof(path), "class/block/%s/holders/%s", device->name, holder);
	tree_dir(kernel->fs[FS_SYS].root, path);
}

void layer_make(short number)
{
	const struct block *of = &kernel->devices[number];
	const char *line = kernel->world.items[of->item];
	int depth = of->depth ? of->depth : (int)item_number(line, "depth", 1);
	char name[24], inside[24];
	struct block *product;

	snprintf(name, sizeof(name), "dm-%d", kernel->device_count);
	if (of->stage != STAGE_READY || !item_text(line, "inside", inside, sizeof(inside)))
		return;
	product = device_new(name, 253, (unsigned int)kernel->device_count);
	if (!product)
		return;
	product->item = of->item;
	product->made_of = number;
	product->depth = depth - 1;
	product->image = product->first_image =
		image_of(depth > 1 ? CONTENT_LUKS : content_named(inside),
			 (unsigned int)item_number(line, "inside-uuid", 1));
	add_holder(of, name);
	device_get_ready(product);
}

/* Its program exited with 0: that of a device that was opened before makes no other. */
void layer_open(short number)
{
	const struct block *of = &kernel->devices[number];
	long late;

	for (int i = 0; i < kernel->device_count; i++)
		if (kernel->devices[i].made_of == number)
			return;
	if (of->item < 0)
		return;
	late = item_number(kernel->world.items[of->item], "inside-late", 0);
	if (late)
		event_add(kernel->now + late, EVENT_PRODUCT, number, 0);
	else
		layer_make(number);
}
