// SPDX-License-Identifier: MIT
/* reroot.c - rdinit.root=tmpfs: the initramfs becomes a root as that of any other system. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>

#include "init/boot.h"
#include "init/mount/mount.h"
#include "init/pure/count.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* The kernel makes the initramfs a tmpfs unless a parameter speaks against it: init_rootfs(). */
static int set_options(const char *options)
{
	unsigned long magic;
	int error = sys_fs_magic("/", &magic);

	if (!error && magic != TMPFS_MAGIC)
		error = -EMEDIUMTYPE;
	if (error)
		return log_err(error, "use the initramfs as a tmpfs");
	if (*options)
		error = sys_mount(NULL, "/", NULL, MS_REMOUNT, options);
	return error ? log_err(error, "set rdinit.root=tmpfs:%s", options) : 0;
}

/* To the working directory. */
static int move_mounts(void)
{
	static const char *const moved[] = { "/dev", "/proc", "/sys", "/run" };
	enum { NEEDED = 2 }; /* the first of them are always mounts */

	for (size_t i = 0; i < COUNT(moved); i++) {
		int error = sys_mount(moved[i], moved[i] + 1, NULL, MS_MOVE, NULL);

		/* EINVAL: no mount; ENOENT: rdinit.mounts=minimal, and no such directory */
		if (error && (i < NEEDED || (error != -EINVAL && error != -ENOENT)))
			return log_err(error, "move %s to " NEWROOT, moved[i]);
	}
	return 0;
}

/*
 * pivot_root(2) refuses to replace the kernel's first mount. So the program gets another mount of
 * the same files, on top of that one: nothing is copied.
 */
static int mount_again(void)
{
	int made = sys_mkdir(NEWROOT, 0755);
	int error = made == -EEXIST ? 0 : made;

	if (!error)
		error = sys_mount("/", NEWROOT, NULL, MS_BIND, NULL);
	if (!error)
		error = sys_chdir(NEWROOT);
	if (error)
		return log_err(error, "mount / on " NEWROOT);
	error = move_mounts();
	if (!error)
		error = mount_become_root(NEWROOT);
	if (!error && !made)
		sys_unlinkat(AT_FDCWD, NEWROOT, AT_REMOVEDIR);
	return error;
}

int reroot(struct boot *boot)
{
	const char *options = mode_tmpfs_root(&boot->settings);
	int error = options ? set_options(options) : 0;

	return options && !error ? mount_again() : error;
}
