// SPDX-License-Identifier: MIT
/* overlay.c - a layer over a root that stays as it is, for what is written. */
#include <errno.h>
#include <sys/mount.h>

#include "init/layer/layer.h"
#include "init/mount/mount.h"
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
int root_make_directories(const struct settings *settings)
{
	static const char *const directories[] = { "/run", NULL };
	static const char *const below[] = { BASE, LOWER, LAYER, CARRIER, NULL };
	int error = make_directories(directories);

	if (!error && settings->mounts == MOUNTS_MINIMAL) {
		error = sys_mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
		if (error)
			return log_err(error, "mount tmpfs on /run");
	}
	return error ? error : make_directories(below);
}

/* Memory, or the device. */
static int mount_layer(struct root *root)
{
	const struct mount_attempt layer = { .modules = root->modules,
					     .source = &root->upper,
					     .target = LAYER,
					     .writing = WRITING_NEEDED };
	int error;

	if (root->upper.name[0])
		return mount_as_any(&layer);
	error = sys_mount("tmpfs", LAYER, "tmpfs", MS_NODEV, "mode=0755");
	return error ? log_err(error, "mount tmpfs on " LAYER) : 0;
}

int root_overlay(struct root *root)
{
	static const char *const directories[] = { UPPER, WORK, NULL };
	static const struct mount_call call = { "overlay", NEWROOT, "overlay", OPTIONS, MS_SILENT };
	int error = mount_layer(root);

	if (!error)
		error = make_directories(directories);
	if (error)
		return error;
	error = mount_with_driver(root->modules, &call, NULL);
	return error ? log_err(error, "mount overlay on " NEWROOT) : 0;
}
