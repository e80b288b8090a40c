// SPDX-License-Identifier: MIT
/* early_mounts.c - mount /dev, /proc and /sys, as far as the kernel has them. */
#include <errno.h>
#include <stdint.h>
#include <sys/mount.h>

#include "init/boot.h"
#include "init/pure/count.h"
#include "init/pure/format.h"
#include "init/mount/mount_table.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* No noexec on /dev: SGX enclaves and some old programs map its nodes executable. */
static const struct mount_row dev = { "devtmpfs", "/dev", MS_NOSUID, "mode=0755", MOUNT_NEEDED };
static const struct mount_row dev_on_tmpfs = { "tmpfs", "/dev", MS_NOSUID, "mode=0755,size=1m",
					       MOUNT_NEEDED };

static const struct mount_row rows[] = {
	{ "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL, MOUNT_NEEDED },
	{ "sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL, MOUNT_OPTIONAL },
};

/* The nodes that programs expect in /dev, for a kernel without devtmpfs. Source of the numbers:
 * Documentation/admin-guide/devices.txt of the kernel. */
static const struct node {
	char name[8]; /* below /dev; with its NUL */
	uint16_t rights;
	uint8_t major, minor;
} nodes[] = {
	{ "console", 0600, 5, 1 }, { "null", 0666, 1, 3 },   { "zero", 0666, 1, 5 },
	{ "full", 0666, 1, 7 },	   { "random", 0666, 1, 8 }, { "urandom", 0666, 1, 9 },
	{ "kmsg", 0644, 1, 11 },   { "tty0", 0620, 4, 0 },   { "tty1", 0620, 4, 1 },
	{ "ttyS0", 0620, 4, 64 },  { "tty", 0666, 5, 0 },    { "ptmx", 0666, 5, 2 },
};

static const struct link {
	const char *path, *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
};

/* A user namespace must not make nodes (EPERM): logs that once, not for each node. */
static void make_nodes(void)
{
	for (size_t i = 0; i < COUNT(nodes); i++) {
		char path[sizeof("/dev/") + sizeof(nodes[i].name)];
		int error;

		format_text(path, sizeof(path), "/dev/%s", nodes[i].name);
		error = sys_mknod(path, S_IFCHR | nodes[i].rights, nodes[i].major, nodes[i].minor);
		if (error && error != -EEXIST) {
			log_warn(error, "make the node %s", path);
			if (error == -EPERM)
				return;
		}
	}
}

static int mount_dev(void)
{
	int error = mount_row(&dev);

	if (!error)
		return 0;
	log_warn(error, "mount devtmpfs on /dev");
	error = mount_row(&dev_on_tmpfs);
	if (error)
		return log_err(error, "mount tmpfs on /dev");
	make_nodes();
	return 0;
}

static void make_links(void)
{
	for (size_t i = 0; i < COUNT(links); i++) {
		int error = sys_symlink(links[i].target, links[i].path);

		if (error && error != -EEXIST)
			log_warn(error, "link %s to %s", links[i].path, links[i].target);
	}
}

int early_mounts(struct boot *boot)
{
	int error = mount_dev();

	(void)boot;
	for (size_t i = 0; i < COUNT(rows) && !error; i++) {
		error = mount_row(&rows[i]);
		if (error)
			log_err(error, "mount %s on %s", rows[i].type, rows[i].target);
	}
	if (!error)
		make_links();
	return error;
}
