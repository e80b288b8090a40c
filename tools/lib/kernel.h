/* kernel.h - find a kernel, its release and its modules. */
#ifndef TOOLS_LIB_KERNEL_H
#define TOOLS_LIB_KERNEL_H

struct kernel {
	char *image;
	char *release;		/* "6.1.0-10-amd64", or "" if a vmlinux does not tell */
	char *modules_dir;	/* or NULL when there is none */
};

/* Reads the release of a bzImage (Documentation/arch/x86/boot.rst, kernel_version) or an ELF
 * vmlinux. malloc'd, or NULL after reporting: unreadable, truncated, not an x86 kernel. */
char *kernel_release(const char *path);

/* choice: the --kernel option or NULL. Order: choice, $RDINIT_KERNEL, the newest readable
 * /boot/vmlinuz-*, the one that `make deps` unpacked. modules_dir: /lib/modules/RELEASE, else
 * lib/modules/RELEASE beside the directory of the image. 0, or -1 after reporting. */
int kernel_find(const char *choice, struct kernel *kernel);
void kernel_free(struct kernel *kernel);

#endif
