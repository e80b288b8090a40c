// SPDX-License-Identifier: MIT
/* loop.c - loop devices, and copies of what they may carry. */
#include <errno.h>

#include "tests/sim/kernel.h"

void device_make_loop(void)
{
	struct block *device = device_new("loop0", 7, 0);

	if (!device)
		return;
	tree_node(kernel->fs[FS_DEV].root, "loop-control", NODE_CHAR, 10, 237);
	device->size = 0;
	device_get_ready(device);
}

int sys_loop_free(int control)
{
	long error = call_enter("loop_free", "");

	(void)control;
	if (!error && device_named("loop0") < 0)
		device_make_loop();
	return (int)call_leave(error);
}

int sys_loop_attach(int loop, int file, unsigned int flags)
{
	long error = call_enter("loop_attach", file_name(file));
	const struct file *device = file_of(loop), *from = file_of(file);
	short image;

	(void)flags;
	if (!error && (!device || device->kind != FILE_BLOCK || !from))
		error = -EBADF;
	if (error)
		return (int)call_leave(error);
	image = from->kind == FILE_BLOCK ? kernel->devices[from->device].image
					 : kernel->nodes[from->spot.node].image;
	kernel->devices[device->device].image = image;
	kernel->devices[device->device].size = IMAGE_SIZE;
	device_announce(&kernel->devices[device->device], "change");
	return (int)call_leave(0);
}

/* At most an eighth of it at a time, each in 300 ms. */
long sys_sendfile(int to, int from, size_t len)
{
	long error = call_enter("sendfile", file_name(from));
	struct file *source = file_of(from), *target = file_of(to);
	size_t left;

	if (!error && (!source || !target))
		error = -EBADF;
	if (error)
		return call_leave(error);
	left = source->len - source->at;
	if (len > IMAGE_SIZE / 8)
		len = IMAGE_SIZE / 8;
	if (len > left)
		len = left;
	if (source->kind == FILE_BLOCK)
		device_wait_for_bytes(&kernel->devices[source->device], "sendfile");
	if (source->kind == FILE_BLOCK && (kernel->devices[source->device].stage != STAGE_READY ||
					   kernel->devices[source->device].is_bad))
		return call_leave(-EIO);
	source->at += len;
	target->len += len;
	kernel->nodes[target->spot.node].image = source->kind == FILE_BLOCK
							 ? kernel->devices[source->device].image
							 : kernel->nodes[source->spot.node].image;
	kernel->nodes[target->spot.node].len = target->len;
	return call_leave((long)len);
}

int sys_set_watchdog(int fd, int *seconds)
{
	(void)fd, (void)seconds;
	return (int)call_leave(call_enter("set_watchdog", ""));
}
