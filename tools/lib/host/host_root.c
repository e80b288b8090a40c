// SPDX-License-Identifier: MIT
/* host_root.c - what is needed to mount a device, or a disk's image, as the root. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/host/host.h"

static void print_stack(const char *path, unsigned int stack)
{
	for (unsigned int bit = 1; bit; bit <<= 1)
		if (stack & bit && host_stack_refused(bit))
			warning("for-root %s: it is on %s, which /init does not assemble",
				shown(path), host_stack_refused(bit));
}

static int add_device(struct modules *modules, const char *root, const char *path,
		      const struct stat *info, const char *why)
{
	unsigned int high = major(info->st_rdev), low = minor(info->st_rdev);
	char *place = xasprintf("dev/block/%u:%u", high, low), *type;
	unsigned int stack;
	int result = host_add_block(modules, root, place, why, &stack);

	free(place);
	if (result)
		return -1;
	print_stack(path, stack);
	/* The type of a mounted file system is known without permission to read the device. */
	type = host_mounted_type(root, high, low);
	result = type ? host_add_fs(modules, type, why) : host_add_fs_of(modules, path, why);
	free(type);
	return result;
}

int host_add_root(struct modules *modules, const char *root, const char *path, const char *why)
{
	struct stat info;

	if (stat(path, &info))
		return error_errno(errno, "for-root %s", shown(path));
	if (S_ISBLK(info.st_mode))
		return add_device(modules, root, path, &info, why);
	if (S_ISREG(info.st_mode))
		return host_add_fs_of(modules, path, why);
	return error("for-root %s: neither a block device nor an image of one", shown(path));
}
