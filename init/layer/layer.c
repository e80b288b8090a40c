// SPDX-License-Identifier: MIT
/* layer.c - opens what stands on the device that was found, and replaces it. */
#include "init/layer/layer.h"

#include "init/pure/format.h"

enum mount_access layer_access(const struct settings *settings)
{
	return settings->overlay ? MOUNT_READ_ONLY : (enum mount_access)settings->root_access;
}

int layer_open_stack(struct layers *layers, struct source *source, struct device *device,
		     int64_t deadline)
{
	while (device) {
		int result = layer_accept(source, device);
		const struct opener *opener = layer_opener(layer_on(device));

		if (result || !opener || !opener->open)
			return result;
		result = opener->open(layers, source, &device, deadline);
		if (result <= 0)
			return result;
		format_text(source->device, sizeof(source->device), "/dev/%s", device->name);
	}
	return 0;
}

/* Of a file on the device, or a copy of it in memory, or of both, a device is made. */
static int make_file(struct layers *layers, const struct source *source, int *file)
{
	int error = 0;

	for (unsigned int i = 0; i < layer_count && !error; i++)
		if (layer_is_requested(&layer_table[i], layers->settings))
			error = layer_opener(&layer_table[i])->carry(layers, source, file);
	return error;
}

int layer_make_requested(struct layers *layers, struct source *source, int64_t deadline)
{
	struct device *device = NULL;
	int file = NO_FILE, error = make_file(layers, source, &file);

	if (error || file == NO_FILE)
		return error;
	error = loop_device_make(layers, source, file);
	if (error || layers->settings->rootfstype)
		return error;
	devices_scan(layers->devices);
	error = devices_probe_node(layers->devices, source->device, &device);
	return error ? error : layer_open_stack(layers, source, device, deadline);
}
