// SPDX-License-Identifier: MIT
/* loop_device.c - a file becomes a device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>

#include "init/layer/layer.h"
#include "init/module/module.h"
#include "init/pure/format.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define CONTROL "/dev/loop-control"
#define LOOP_MAJOR 7

static int open_control(struct modules *modules)
{
	int fd = sys_open(CONTROL, O_RDWR);

	if (fd == -ENOENT && drivers_ask(modules, "devname:loop-control"))
		fd = sys_open(CONTROL, O_RDWR);
	return fd < 0 ? log_err(fd, "open " CONTROL) : fd;
}

/* The device stays open until /init becomes another: it frees itself with its last user, and the
 * mount is not yet one. Returns its number, or -errno, logged. */
static int attach(struct layers *layers, struct source *source, int file)
{
	bool is_read_only = layer_access(layers->settings) == MOUNT_READ_ONLY;
	int control = open_control(layers->modules), number, fd, error;

	if (control < 0)
		return control;
	number = sys_loop_free(control);
	sys_close(control);
	if (number < 0)
		return log_err(number, "find a free loop device");
	format_text(source->device, sizeof(source->device), "/dev/loop%d", number);
	sys_mknod(source->device, S_IFBLK | 0600, LOOP_MAJOR, (unsigned int)number);
	fd = sys_open(source->device, is_read_only ? O_RDONLY : O_RDWR);
	if (fd < 0)
		return log_err(fd, "open %s", source->device);
	error = sys_loop_attach(fd, file,
				LO_FLAGS_AUTOCLEAR | (is_read_only ? LO_FLAGS_READ_ONLY : 0));
	return error ? log_err(error, "attach %s to %s",
			       layers->settings->loop ? layers->settings->loop : RAM,
			       source->device)
		     : number;
}

/* It was empty before, and may have been probed. */
static void forget_finding(struct devices *devices, struct source *source, int number)
{
	struct device *device = devices_find(devices, LOOP_MAJOR, (unsigned int)number);

	source->found = FOUND_NOTHING;
	source->format = FORMAT_NONE;
	source->members[0] = '\0';
	if (device)
		device->state = DEVICE_NEW;
}

int loop_device_make(struct layers *layers, struct source *source, int file)
{
	int number = attach(layers, source, file);

	sys_close(file);
	if (number < 0)
		return number;
	forget_finding(layers->devices, source, number);
	return 0;
}
