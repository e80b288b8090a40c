// SPDX-License-Identifier: MIT
/* loop_file.c - a file on a file system as the root: a loop device carries it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/mount.h>

#include "init/module/module.h"
#include "init/pure/format.h"
#include "init/root/root.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define CONTROL "/dev/loop-control"
#define LOOP_MAJOR 7

static int open_control(struct boot *boot)
{
	int fd = sys_open(CONTROL, O_RDWR);

	if (fd == -ENOENT && drivers_ask(&boot->modules, "devname:loop-control"))
		fd = sys_open(CONTROL, O_RDWR);
	return fd < 0 ? log_err(fd, "open " CONTROL) : fd;
}

/* The device stays open until /init becomes another: it frees itself with its last user, and the
 * mount is not yet one. */
static int attach(struct boot *boot, int file, const char *name, enum mount_access access)
{
	int control = open_control(boot), number, fd, error;

	if (control < 0)
		return control;
	number = sys_loop_free(control);
	sys_close(control);
	if (number < 0)
		return log_err(number, "find a free loop device");
	format_text(boot->root.device, sizeof(boot->root.device), "/dev/loop%d", number);
	sys_mknod(boot->root.device, S_IFBLK | 0600, LOOP_MAJOR, (unsigned int)number);
	fd = sys_open(boot->root.device, access == MOUNT_READ_ONLY ? O_RDONLY : O_RDWR);
	if (fd < 0)
		return log_err(fd, "open %s", boot->root.device);
	error = sys_loop_attach(fd, file,
				LO_FLAGS_AUTOCLEAR |
					(access == MOUNT_READ_ONLY ? LO_FLAGS_READ_ONLY : 0));
	return error ? log_err(error, "attach %s to %s", name, boot->root.device) : number;
}

/* It was empty before, and may have been looked at. */
static int look(struct boot *boot, int number)
{
	struct device *device;

	memset(&boot->root.finding, 0, sizeof(boot->root.finding));
	boot->root.members[0] = '\0';
	device = devices_find(&boot->devices, LOOP_MAJOR, (unsigned int)number);
	if (device)
		device->state = DEVICE_NEW;
	return boot->settings.rootfstype ? 0 : root_look(boot, &boot->root);
}

static enum mount_access access_of(const struct boot *boot)
{
	return boot->settings.overlay ? MOUNT_READ_ONLY
				      : (enum mount_access)boot->settings.root_access;
}

int root_loop_carry(struct boot *boot, int file, const char *name)
{
	int number = attach(boot, file, name, access_of(boot));

	sys_close(file);
	return number < 0 ? number : look(boot, number);
}

/* What is in memory needs its medium no more. */
static int take_to_ram(struct boot *boot, int file)
{
	int copy = root_ram(file, boot->settings.loop), error;

	sys_close(file);
	error = sys_umount(HOST, 0);
	if (error)
		log_warn(error, "unmount " HOST);
	return copy;
}

int root_loop(struct boot *boot)
{
	/* What is copied is read alone. */
	enum mount_access access = boot->settings.toram ? MOUNT_READ_ONLY : access_of(boot);
	const struct attempt host = { .boot = boot,
				      .place = &boot->root,
				      .target = HOST,
				      .flags = access == MOUNT_READ_ONLY ? MS_RDONLY : 0,
				      .writing = WRITING_NEEDED };
	int error = root_try(&host), top, file;

	if (error)
		return error;
	top = sys_open(HOST, O_PATH | O_DIRECTORY);
	if (top < 0)
		return log_err(top, "open " HOST);
	file = sys_open_in_root(top, boot->settings.loop,
				access == MOUNT_READ_ONLY ? O_RDONLY : O_RDWR);
	sys_close(top);
	if (file < 0)
		return log_err(file, "open rdinit.loop=%s on %s", boot->settings.loop,
			       boot->root.device);
	if (boot->settings.toram)
		file = take_to_ram(boot, file);
	return file < 0 ? file : root_loop_carry(boot, file, boot->settings.loop);
}
