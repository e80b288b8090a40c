/* SPDX-License-Identifier: MIT */
/* kernel_boot.h - the form of a kernel that boots fastest: its vmlinux, by PVH. */
#ifndef TOOLS_LIB_KERNEL_BOOT_H
#define TOOLS_LIB_KERNEL_BOOT_H

#include "tools/lib/kernel/kernel.h"

enum kernel_form {
	FORM_FASTEST,
	FORM_KEPT, /* the fastest, and kept in the user's cache for the next time */
	FORM_AS_IT_IS, /* the file that the user named */
};

struct kernel_boot {
	char *path; /* the file for -kernel */
	struct span vmlinux; /* the kernel unpacked; data NULL if it cannot be */
	const char *why_not; /* why a bzImage is booted as it is, or NULL */
	int fd; /* the file of `path`, inherited by QEMU; or -1 */
};

/*
 * Unpacks a bzImage (gzip, bzip2, lzma, xz, lz4, zstd; up to 1 GiB) into memory, unless a vmlinux
 * of the same release is next to a file named bzImage, or the user's cache has it (FORM_KEPT). If
 * the kernel has the note for PVH (CONFIG_PVH), that is booted: the guest then neither unpacks
 * itself nor moves itself to a random address. Else, and after any damage, the bzImage is booted,
 * and `why_not` has the reason. A vmlinux without the note boots nowhere: -1 after reporting. A
 * kernel of User-mode Linux is used unchanged. Close `boot` in every case.
 */
int kernel_boot_open(const struct kernel *kernel, enum kernel_form form, struct kernel_boot *boot);
void kernel_boot_close(struct kernel_boot *boot);

#endif
