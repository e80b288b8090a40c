// SPDX-License-Identifier: MIT
/*
 * late_mounts.c - the mounts that wait for the command line.
 *
 * They are a step of their own because rdinit.mounts= is read by settings, which needs /proc, and
 * because a real root brings its own /dev/pts, /dev/shm and cgroups: a cgroup2 hierarchy mounted
 * here would take from its systemd the choice of systemd.unified_cgroup_hierarchy=.
 */
#include <sys/mount.h>

#include "init/boot.h"
#include "init/sys/mount_table.h"

/* Beside the kernel's own, only the group of terminals needs a number: 5 is tty in every
 * distribution, and what login(1) and glibc's grantpt() expect. */
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

int late_mounts(struct boot *boot)
{
	int error = 0;

	if (boot->settings.mounts == MOUNTS_MINIMAL)
		return 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !error; i++)
		if (rows[i].in_hand_off || boot->mode != MODE_HAND_OFF)
			error = mount_row(&rows[i].row);
	return error;
}
