// SPDX-License-Identifier: MIT
/* stack.c - what stands on the device that was found is opened, and takes its source. */
#include "init/layer/layer.h"
#include "init/pure/format.h"
#include "init/root/root.h"

enum mount_access layer_access(const struct boot *boot)
{
	return boot->settings.overlay ? MOUNT_READ_ONLY
				      : (enum mount_access)boot->settings.root_access;
}

/* Accepts the device, if it can be mounted, or opens it: then its product comes next. */
static int accept(struct boot *boot, struct source *source, struct device *device, int64_t deadline)
{
	for (;;) {
		int result = root_accept(source, device);
		const struct opener *opener = layer_opener(layer_on(device));

		if (result || !opener || !opener->open)
			return result;
		result = opener->open(boot, source, &device, deadline);
		if (result <= 0)
			return result;
		format_text(source->device, sizeof(source->device), "/dev/%s", device->name);
	}
}

/* --- what is asked for on top of it --- */

/* Of a file on the device, or a copy of it in memory, or of both, a device is made. */
static int make_requested(struct boot *boot, struct source *source, int *file)
{
	int error = 0;

	for (unsigned int i = 0; i < layer_count && !error; i++) {
		if (!layer_is_requested(&layer_table[i], &boot->settings))
			continue;
		if (*file == NO_FILE)
			error = root_make_directories(boot);
		if (!error)
			error = layer_opener(&layer_table[i])->carry(boot, source, file);
	}
	return error;
}

int layer_stack(struct boot *boot, struct source *source, struct device *device, int64_t deadline)
{
	int file = NO_FILE, error = device ? accept(boot, source, device, deadline) : 0;

	if (!error && source == &boot->root)
		error = make_requested(boot, source, &file);
	if (error || file == NO_FILE)
		return error;
	error = loop_device_make(boot, source, file);
	if (error || boot->settings.rootfstype)
		return error;
	error = root_probe(boot, source, &device);
	return error || !device ? error : accept(boot, source, device, deadline);
}
