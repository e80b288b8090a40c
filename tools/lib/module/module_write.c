// SPDX-License-Identifier: MIT
/* module_write.c - the modules that were collected, ordered, into the image. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/limits.h"
#include "init/pure/modlist.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/modsign.h"
#include "tools/lib/module/modstrip.h"
#include "tools/lib/module/module_set.h"

/* In load order; of one load, and then of the other. */
struct order {
	struct item **sorted;
	size_t count;
};

static void visit(struct modules *modules, size_t index, enum module_load load, struct order *order)
{
	struct item *item = &modules->items[index];

	if (item->visit != VISIT_NONE)
		return;
	item->visit = VISIT_BEGUN;
	for (size_t i = 0; i < item->before.count; i++)
		visit(modules, item->before.list[i], load, order);
	item->visit = VISIT_DONE;
	item->load = load;
	item->rank = order->count;
	order->sorted[order->count++] = item;
	for (size_t i = 0; i < item->after.count; i++)
		visit(modules, item->after.list[i], load, order);
}

static struct order order_of(struct modules *modules, enum module_load load)
{
	struct order order = { .sorted = xcalloc(modules->count + 1, sizeof(*order.sorted)) };

	for (size_t i = 0; i < modules->ask_count; i++)
		if (modules->asks[i].load == load)
			visit(modules, modules->asks[i].index, load, &order);
	return order;
}

/* All lie side by side: a kernel has no two modules of one name, and before a hand-off /init
 * deletes what the image held, at four system calls a directory. */
char *modules_image_path(const struct modules *modules, const struct item *item)
{
	char *place = xasprintf("/lib/modules/%s%s", modules->release, strrchr(item->path, '/'));

	if (modlist_compression(place) == MODULE_COMPRESSED)
		*strrchr(place, '.') = '\0';
	return place;
}

void modules_options(const struct modules *modules, const struct item *item, struct buffer *out)
{
	const struct conf_row *row;
	size_t at = 0;

	while ((row = conf_next(modules, MODCONF_OPTIONS, item->name, &at)))
		buffer_printf(out, " %s", row->value);
	if (item->options)
		buffer_printf(out, " %s", item->options);
}

/* A signature covers all bytes. Without one, bytes that no kernel reads can go; with
 * --unsigned-modules, which asks for a small image, the rest that no module needs, too. */
static void write_bytes(const struct modules *modules, struct span file, struct buffer *bytes)
{
	struct span left = modsign_cut(file);
	int goes = modules->signatures == SIGNATURES_GO;

	if (left.len < file.len && !goes)
		left = file;
	else if (modstrip(left, goes ? MODSTRIP_ALL : MODSTRIP_DEBUG, bytes))
		return;
	buffer_add(bytes, left.data, left.len);
}

/* The bytes in memory where they differ from the file's. */
static struct entry *add_changed(struct image *image, const struct modules *modules,
				 const struct item *item, const char *place)
{
	struct buffer plain = { NULL, 0, 0 }, bytes = { NULL, 0, 0 };
	struct entry *entry = NULL;

	if (!modfile_read(item->path, &plain)) {
		write_bytes(modules, buffer_span(&plain), &bytes);
		entry = image_add_data(image, place, bytes.data, bytes.len, 0644, item->why);
	}
	buffer_free(&plain);
	buffer_free(&bytes);
	return entry;
}

static int add_file(struct modules *modules, struct image *image, const struct item *item)
{
	char *place = modules_image_path(modules, item);
	struct entry *entry;

	if (modlist_compression(item->path) == MODULE_COMPRESSED || !item->is_signed ||
	    modules->signatures == SIGNATURES_GO)
		entry = add_changed(image, modules, item, place);
	else
		entry = image_add_file(image, place, item->path, 0644, item->why);
	free(place);
	return entry ? 0 : -1;
}

static int write_list(struct modules *modules, struct image *image, const struct order *order)
{
	struct buffer list = { NULL, 0, 0 };
	int result = 0;

	for (size_t i = 0; i < order->count; i++) {
		char *place = modules_image_path(modules, order->sorted[i]);

		buffer_text(&list, place);
		modules_options(modules, order->sorted[i], &list);
		buffer_text(&list, "\n");
		free(place);
	}
	if (list.len > (MODULE_LIST_MAX - 1))
		result = error(
			"%zu modules: their list has %zu bytes, and /init reads %d; use driver instead "
			"of module for those that only some devices need",
			order->count, list.len, (MODULE_LIST_MAX - 1));
	else if (list.len &&
		 !image_add_data(image, MODULES_FILE, list.data, list.len, 0644, "list of modules"))
		result = -1;
	buffer_free(&list);
	return result;
}

static int add_files(struct modules *modules, struct image *image, const struct order *order)
{
	int result = 0;

	for (size_t i = 0; i < order->count && !result; i++)
		result = add_file(modules, image, order->sorted[i]);
	return result;
}

/* Modules that are always loaded come first: a driver may need one of them. */
int modules_finish(struct modules *modules, struct image *image)
{
	struct order always = order_of(modules, LOAD_ALWAYS);
	struct order drivers = order_of(modules, LOAD_ON_DEVICE);
	int result = add_files(modules, image, &always);

	if (!result)
		result = add_files(modules, image, &drivers);
	if (!result)
		result = write_list(modules, image, &always);
	if (!result)
		result = modules_write_drivers(modules, image, drivers.sorted, drivers.count);
	if (!result)
		result = modules_write_index(modules, image);
	if (!result)
		result = modules_add_firmware(modules, image);
	free(always.sorted);
	free(drivers.sorted);
	return result;
}
