/* SPDX-License-Identifier: MIT */
/* kernel_fit.h - whether a kernel can do what a run needs, by its configuration. */
#ifndef TOOLS_LIB_KERNEL_FIT_H
#define TOOLS_LIB_KERNEL_FIT_H

#include "tools/lib/compress/compress.h"
#include "tools/lib/kernel/kernel_config.h"

/* Needs of a boot, or-ed. */
enum fit_for {
	FIT_IMAGE = 1 << 0, /* unpacks an initramfs */
	FIT_PROGRAM = 1 << 1, /* runs our /init and a program */
	FIT_STATUS = 1 << 2, /* tells the status on QEMU's debug console port */
	FIT_SERIAL = 1 << 3, /* carries standard streams on PC serial ports */
	FIT_UML_LINES = 1 << 4, /* the same for User-mode Linux: serial lines, and their channels */
	FIT_DISK_SCSI = 1 << 5, /* a disk of this bus appears */
	FIT_DISK_VIRTIO = 1 << 6,
	FIT_DISK_IDE = 1 << 7,
	FIT_DISK_NVME = 1 << 8,
	FIT_DISK_UML = 1 << 9, /* a disk of User-mode Linux */
	FIT_VIRTIO_PCI = 1 << 10, /* virtio devices, by way of this */
	FIT_VIRTIO_MMIO = 1 << 11,
	FIT_VIRTIO_CMDLINE =
		1 << 12, /* named on the command line, as a microvm without ACPI does */
	FIT_NETWORK = 1 << 13, /* a network interface with an address */
	FIT_DISK_USB = 1 << 14,
	FIT_DISK_CDROM = 1 << 15,
};

/* Reports every symbol that is known to be off: as an error where nothing would work, as a warning
 * where only the status or a disk is lost, each with the fragment of kconfig-fragments/ that sets
 * it. 0, or -1 after an error. */
int kernel_fit(const struct kernel_config *config, const char *image, unsigned int wanted);

/* Whether an image of this compression ("gzip", ...; NULL: none) is one that the kernel unpacks.
 * 0, or -1 after reporting. */
int kernel_fit_compression(const struct kernel_config *config, const char *image,
			   enum compress_kind kind);

#endif
