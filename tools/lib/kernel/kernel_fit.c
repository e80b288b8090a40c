// SPDX-License-Identifier: MIT
/* kernel_fit.c - whether a kernel can do what a run needs, by its configuration. */
#include "tools/lib/kernel/kernel_fit.h"

#include <stdbool.h>
#include <stdio.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"

#define NO_DISK "the disk will not appear"
#define NO_NETWORK "the guest has no network"

enum severity { FIT_WARNS, FIT_REFUSES };
enum form { BUILT_IN, ANY_FORM }; /* a module comes too late for what /init itself needs */

static const struct need {
	unsigned int wanted; /* enum fit_for */
	enum severity severity;
	enum form form;
	const char *symbols[3]; /* one of them is enough */
	const char *what; /* what does not work without it */
	const char *fragment; /* of kconfig-fragments/ */
} needs[] = {
	{ FIT_IMAGE,
	  FIT_REFUSES,
	  BUILT_IN,
	  { "BLK_DEV_INITRD" },
	  "it cannot boot an image",
	  "base" },
	{ FIT_PROGRAM, FIT_REFUSES, BUILT_IN, { "BINFMT_ELF" }, "it cannot run a program", "base" },
	{ FIT_PROGRAM,
	  FIT_REFUSES,
	  BUILT_IN,
	  { "PROC_FS" },
	  "/init finds no command line",
	  "base" },
	{ FIT_PROGRAM,
	  FIT_REFUSES,
	  BUILT_IN,
	  { "DEVTMPFS", "TMPFS" },
	  "/init finds no devices",
	  "base" },
	{ FIT_STATUS,
	  FIT_WARNS,
	  BUILT_IN,
	  { "X86_IOPL_IOPERM" },
	  "/init cannot report the program's exit status (it will be 125 or 0)",
	  "base" },
	{ FIT_SERIAL,
	  FIT_REFUSES,
	  BUILT_IN,
	  { "SERIAL_8250" },
	  "the program has no input and output",
	  "serial" },
	{ FIT_UML_LINES,
	  FIT_REFUSES,
	  BUILT_IN,
	  { "SSL" },
	  "the program has no input, output and status",
	  "um" },
	{ FIT_VIRTIO_PCI, FIT_WARNS, ANY_FORM, { "VIRTIO_PCI" }, NO_DISK, "virtio-pci" },
	{ FIT_VIRTIO_MMIO, FIT_WARNS, ANY_FORM, { "VIRTIO_MMIO" }, NO_DISK, "virtio-mmio" },
	{ FIT_VIRTIO_CMDLINE,
	  FIT_WARNS,
	  BUILT_IN,
	  { "VIRTIO_MMIO_CMDLINE_DEVICES" },
	  NO_DISK,
	  "virtio-mmio" },
	{ FIT_DISK_SCSI | FIT_DISK_CDROM,
	  FIT_WARNS,
	  ANY_FORM,
	  { "SCSI_VIRTIO" },
	  NO_DISK,
	  "virtio-scsi" },
	{ FIT_DISK_USB, FIT_WARNS, ANY_FORM, { "USB_XHCI_HCD" }, NO_DISK, "usb-storage" },
	{ FIT_DISK_USB, FIT_WARNS, ANY_FORM, { "USB_STORAGE" }, NO_DISK, "usb-storage" },
	{ FIT_DISK_SCSI | FIT_DISK_IDE | FIT_DISK_USB,
	  FIT_WARNS,
	  ANY_FORM,
	  { "BLK_DEV_SD" },
	  NO_DISK,
	  "virtio-scsi, ahci" },
	{ FIT_DISK_VIRTIO, FIT_WARNS, ANY_FORM, { "VIRTIO_BLK" }, NO_DISK, "virtio-blk" },
	{ FIT_DISK_IDE, FIT_WARNS, ANY_FORM, { "ATA_PIIX", "SATA_AHCI" }, NO_DISK, "ahci" },
	{ FIT_DISK_NVME, FIT_WARNS, ANY_FORM, { "BLK_DEV_NVME" }, NO_DISK, "nvme" },
	{ FIT_NETWORK, FIT_REFUSES, BUILT_IN, { "INET" }, NO_NETWORK, "net" },
	{ FIT_NETWORK, FIT_REFUSES, ANY_FORM, { "VIRTIO_NET" }, NO_NETWORK, "virtio-net" },
	{ FIT_DISK_UML, FIT_WARNS, BUILT_IN, { "BLK_DEV_UBD" }, NO_DISK, "um" },
};

static bool is_off(const struct kernel_config *config, const struct need *need)
{
	for (size_t i = 0; i < 3 && need->symbols[i]; i++) {
		enum kconfig_value value = kernel_config_get(config, need->symbols[i]);

		if (value != KCONFIG_N && (value != KCONFIG_M || need->form == ANY_FORM))
			return false;
	}
	return true;
}

static void report(const struct kernel_config *config, const char *image, const struct need *need)
{
	const char *second = need->symbols[1] ? need->symbols[1] : "";
	const char *join = need->symbols[1] ? " and no CONFIG_" : "";

	if (need->severity == FIT_REFUSES)
		error("kernel %s: no CONFIG_%s%s%s, says %s: %s (kconfig-fragments: %s)",
		      shown(image), need->symbols[0], join, second, shown(config->from), need->what,
		      need->fragment);
	else
		warning("kernel %s: no CONFIG_%s%s%s, says %s: %s (kconfig-fragments: %s)",
			shown(image), need->symbols[0], join, second, shown(config->from),
			need->what, need->fragment);
}

int kernel_fit(const struct kernel_config *config, const char *image, unsigned int wanted)
{
	int result = 0;

	for (size_t i = 0; i < COUNT(needs); i++) {
		if (!(needs[i].wanted & wanted) || !is_off(config, &needs[i]))
			continue;
		report(config, image, &needs[i]);
		if (needs[i].severity == FIT_REFUSES)
			result = -1;
	}
	return result;
}

int kernel_fit_compression(const struct kernel_config *config, const char *image,
			   enum compress_kind kind)
{
	const char *symbol = compress_symbol(kind);

	if (!symbol || kernel_config_get(config, symbol) != KCONFIG_N)
		return 0;
	return error("%s: compressed with %s, but the kernel has no CONFIG_%s, says %s; pack it "
		     "with --compress none, or build the kernel with kconfig-fragments: "
		     "initramfs-all",
		     shown(image), compress_name(kind), symbol, shown(config->from));
}
