/* SPDX-License-Identifier: MIT */
/* mountopts.h - options as mount(8) has them, for mount(2). */
#ifndef RDINIT_PURE_MOUNTOPTS_H
#define RDINIT_PURE_MOUNTOPTS_H

enum mount_access { MOUNT_ACCESS_UNSET, MOUNT_READ_ONLY, MOUNT_READ_WRITE };

struct mount_options {
	unsigned long flags; /* MS_* of a mount; MS_RDONLY as `access` has it */
	unsigned long
		propagation; /* MS_SHARED and the like, with MS_REC: of a second call; 0: none */
	enum mount_access access; /* the last of "ro" and "rw" */
	int is_optional; /* "nofail" */
	int is_bind; /* "bind", "move", "remount": not a mount of a file system */
	int is_loop; /* "loop": the source may be a file */
	int is_for_initrd; /* "x-initrd.mount" */
	const char *text; /* the options for the file system */
};

/*
 * Removes from `options`, in place, those that mount(8) converts to flags and those that only
 * programs use ("noauto", "user", "x-...", "comment="). Later options override earlier ones.
 * Source: mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS"; fstab(5); systemd.mount(5) for
 * x-initrd.mount.
 */
void mountopts_parse(char *options, struct mount_options *parsed);

#endif
