// SPDX-License-Identifier: MIT
/* stack.c - what stands on the device that was found is opened, and takes its place. */
#include "init/layer/layer.h"
#include "init/root/root.h"

enum mount_access layer_access(const struct boot *boot)
{
	return boot->settings.overlay ? MOUNT_READ_ONLY
				      : (enum mount_access)boot->settings.root_access;
}

static const struct opener *opener_of(const struct layer *layer)
{
	return layer && layer->opener ? layer_openers[layer->opener - 1] : NULL;
}

/* A file system on several devices is mounted by one of them, once all are there. */
static int accept(struct boot *boot, struct place *place, const struct device *device,
		  int64_t deadline)
{
	int error = root_take(place, device);
	const struct opener *opener = opener_of(layer_of(place->finding.format));

	if (error || place->finding.members < 2 || !opener || !opener->gather)
		return error;
	return opener->gather(boot, place, deadline);
}

/* Of a file on the device, or a copy of it in memory, or of both, a device is made. */
static int make_requested(struct boot *boot, struct place *place, int *file)
{
	int error = 0;

	for (unsigned int i = 0; i < layer_count && !error; i++) {
		if (!layer_is_requested(&layers[i], &boot->settings))
			continue;
		if (*file == NO_FILE)
			error = root_make_directories(boot);
		if (!error)
			error = opener_of(&layers[i])->carry(boot, place, file);
	}
	return error;
}

int layer_stack(struct boot *boot, struct place *place, struct device *device, int64_t deadline)
{
	int file = NO_FILE, error = device ? accept(boot, place, device, deadline) : 0;

	if (!error && place == &boot->root)
		error = make_requested(boot, place, &file);
	if (error || file == NO_FILE)
		return error;
	error = loop_device_make(boot, place, file);
	if (error || boot->settings.rootfstype)
		return error;
	error = root_look(boot, place, &device);
	return error || !device ? error : accept(boot, place, device, deadline);
}
