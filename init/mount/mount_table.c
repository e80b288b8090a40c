// SPDX-License-Identifier: MIT
/* mount_table.c - mounts as rows of a table: early-mounts and late-mounts share the loop. */
#include "init/mount/mount_table.h"

#include <errno.h>

#include "init/sys/log.h"
#include "init/sys/sys.h"

static int try(const struct mount_row *row)
{
	return sys_mount(row->type, row->target, row->type, row->flags, row->options);
}

int mount_row(const struct mount_row *row)
{
	int error = try(row), made = 0;

	if (error == -ENOENT) {
		made = sys_mkdir(row->target, 0755);
		error = try(row);
	}
	if (error == -EBUSY)
		return 0;
	if (error && row->if_missing == MOUNT_OPTIONAL) {
		/* mkdir(2) fails in sysfs (EPERM): the kernel makes /sys/fs/cgroup itself, if
		 * it has cgroups. */
		if (error == -ENODEV || made == -EPERM)
			log_print(LOG_DEBUG, "this kernel has no %s: nothing on %s", row->type,
				  row->target);
		else
			log_warn(error, "mount %s on %s", row->type, row->target);
		return 0;
	}
	return error;
}
