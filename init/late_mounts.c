// SPDX-License-Identifier: MIT
/*
 * late_mounts.c - the mounts that depend on the command line.
 *
 * They are a separate step because the step settings reads rdinit.mounts= from /proc, and because a
 * real root mounts its own /dev/pts, /dev/shm and cgroups. A cgroup2 hierarchy mounted here would
 * override systemd.unified_cgroup_hierarchy= of its systemd.
 */
#include <errno.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/mount/mount_table.h"
#include "init/pure/count.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* gid=5: group 5 is tty in every distribution; login(1) and glibc's grantpt() expect it. */
static const struct late_row {
	struct mount_row row;
	int in_hand_off;
} rows[] = {
	{ { "tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755,size=20%", MOUNT_OPTIONAL }, 1 },
	{ { "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=0620,ptmxmode=0666",
	    MOUNT_OPTIONAL },
	  0 },
	{ { "tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777", MOUNT_OPTIONAL }, 0 },
	{ { "cgroup2", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, "nsdelegate",
	    MOUNT_OPTIONAL },
	  0 },
};

/* Programs expect it, and few images have it. A root has its own. */
static void make_tmp(void)
{
	mode_t mask;
	int error = sys_access("/tmp", F_OK);

	if (error == -ENOENT) {
		mask = sys_umask(0);
		error = sys_mkdir("/tmp", 01777);
		sys_umask(mask);
	}
	if (error)
		log_warn(error, "make /tmp");
}

int late_mounts(struct boot *boot)
{
	int error = 0;

	if (boot->settings.mounts == MOUNTS_MINIMAL)
		return 0;
	for (size_t i = 0; i < COUNT(rows) && !error; i++)
		if (rows[i].in_hand_off || boot->mode != MODE_HAND_OFF)
			error = mount_row(&rows[i].row);
	if (boot->mode == MODE_RUN || boot->mode == MODE_STAY)
		make_tmp();
	return error;
}
