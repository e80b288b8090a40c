/* SPDX-License-Identifier: MIT */
/* kernel.h - find a kernel, its release and its modules. */
#ifndef TOOLS_LIB_KERNEL_H
#define TOOLS_LIB_KERNEL_H

#include <stdbool.h>

#include "init/pure/span.h"

enum kernel_kind {
	KERNEL_BZIMAGE,
	KERNEL_VMLINUX, /* an ELF file for a machine */
	KERNEL_UML, /* an ELF file that is a program: User-mode Linux */
};

struct kernel {
	char *image;
	char *release; /* "6.1.0-10-amd64", or "" if a vmlinux does not tell */
	char *modules_dir; /* or NULL when there is none */
	enum kernel_kind kind;
};

/* Reads the release of a bzImage (Documentation/arch/x86/boot.rst, kernel_version) or an ELF
 * kernel. malloc'd, or NULL after reporting: unreadable, truncated, not an x86 kernel. */
char *kernel_release(const char *path, enum kernel_kind *kind);

/* The bytes of a file that should be a kernel: regular, and not empty. 0, or -1 after reporting. */
int kernel_map(const char *path, struct span *file);
void kernel_unmap(struct span *file);

/*
 * choice: the --kernel option or NULL. Order: choice, $RDINIT_KERNEL, the newest readable
 * /boot/vmlinuz-*, the one that `make deps` unpacked. A choice without a slash that is not a file
 * is the name of a profile (kernel_by_name()); a directory with a slash, and `.`, is a tree that
 * was built. modules_dir: modules/lib/modules/RELEASE next to the image, or in its tree, else
 * /lib/modules/RELEASE, else lib/modules/RELEASE next to the directory of the image. Returns 0, or
 * -1 after reporting.
 */
int kernel_find(const char *choice, struct kernel *kernel);
void kernel_free(struct kernel *kernel);

/* DIR/NAME/bzImage, or DIR/NAME/linux (User-mode Linux), of the first DIR that has it: kernel/ next
 * to the tool in its build tree, then lib/rdinit/kernel of an installed one. malloc'd, or NULL
 * after reporting which kernels there are. */
char *kernel_by_name(const char *name);

#define KERNEL_TREE_IMAGE "arch/x86/boot/bzImage"

/* Whether the image is where a build leaves it, three directories below its tree. */
bool kernel_is_in_tree(const char *image);

#endif
