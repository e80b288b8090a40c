// SPDX-License-Identifier: MIT
/* overlay.c - a layer over a root that stays as it is, for what is written. */
#include <errno.h>
#include <sys/mount.h>

#include "init/module/module.h"
#include "init/root/root.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define BASE "/run/rdinit"
#define LAYER BASE "/overlay"
#define UPPER LAYER "/upper"
#define WORK LAYER "/work"
#define OPTIONS "lowerdir=" LOWER ",upperdir=" UPPER ",workdir=" WORK

static int make_directories(const char *const *directories)
{
	for (; *directories; directories++) {
		int error = sys_mkdir(*directories, 0755);

		if (error && error != -EEXIST)
			return log_err(error, "make %s", *directories);
	}
	return 0;
}

/* With rdinit.mounts=minimal nothing is on /run yet, and the initramfs is about to be deleted. */
int root_make_directories(struct boot *boot)
{
	static const char *const directories[] = { "/run", NULL };
	static const char *const below[] = { BASE, LOWER, LAYER, CARRIER, NULL };
	int error = make_directories(directories);

	if (!error && boot->settings.mounts == MOUNTS_MINIMAL) {
		error = sys_mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
		if (error)
			return log_err(error, "mount tmpfs on /run");
	}
	return error ? error : make_directories(below);
}

/* Memory, or the device. */
static int mount_layer(struct boot *boot)
{
	const struct attempt layer = {
		.boot = boot, .source = &boot->upper, .target = LAYER, .writing = WRITING_NEEDED
	};
	int error;

	if (boot->upper.name[0])
		return root_mount_as(&layer);
	error = sys_mount("tmpfs", LAYER, "tmpfs", MS_NODEV, "mode=0755");
	return error ? log_err(error, "mount tmpfs on " LAYER) : 0;
}

int root_overlay(struct boot *boot)
{
	static const char *const directories[] = { UPPER, WORK, NULL };
	int error = mount_layer(boot);

	if (!error)
		error = make_directories(directories);
	if (error)
		return error;
	error = sys_mount("overlay", NEWROOT, "overlay", MS_SILENT, OPTIONS);
	if (error == -ENODEV && drivers_ask(&boot->modules, "fs-overlay"))
		error = sys_mount("overlay", NEWROOT, "overlay", MS_SILENT, OPTIONS);
	return error ? log_err(error, "mount overlay on " NEWROOT) : 0;
}
