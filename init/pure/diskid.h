/* SPDX-License-Identifier: MIT */
/* diskid.h - a disk's names from its maker, its hypervisor or its port, and not from what
 * is on it. */
#ifndef RDINIT_PURE_DISKID_H
#define RDINIT_PURE_DISKID_H

#include "init/pure/span.h"

#define DISKID_MAX 256 /* bytes; the kernel's buffer for a SCSI device's has as many */
#define DISKID_MODEL_MAX 64 /* bytes; NVMe's has 40 */
#define DISKID_SERIAL_MAX 128 /* bytes; a string of USB has 126 */
#define DISKID_NSID_MAX 16 /* bytes of a number of 32 bits */

enum diskid_kind {
	DISKID_NONE,
	DISKID_NVME,
	DISKID_SCSI,
	DISKID_ATA, /* the same, but the disk is none of SCSI's own */
	DISKID_USB, /* the same, and udev asks its plug alone */
	DISKID_VIRTIO,
	DISKID_MMC,
	DISKID_PATH, /* diskpath.h */
	DISKID_VIRTIO_PATH, /* the same of a /dev/vda, which has another one */
};

/* The disk's attributes in sysfs, without the newline. */
struct diskid {
	enum diskid_kind kind;
	char text[DISKID_MAX]; /* "wwid"; of virtio "serial", of MMC "cid"; or the path */
	char model[DISKID_MODEL_MAX]; /* of SCSI vendor and model, as long as they are there */
	char serial[DISKID_SERIAL_MAX];
	char nsid[DISKID_NSID_MAX]; /* NVMe's number of the namespace */
	char usb[DISKID_MAX]; /* its name without "usb-"; "" */
};

/* The attributes of a disk on USB, with blanks around them. */
struct diskid_usb {
	char vendor[DISKID_MODEL_MAX], model[DISKID_MODEL_MAX], serial[DISKID_SERIAL_MAX];
	const char *address; /* "2:0:0:1": host, channel, target, LUN; NULL: it is no SCSI disk */
};

/*
 * Parses a SCSI disk's page 0x83 of vital product data (sysfs: vpd_pg83). If a descriptor is ATA's,
 * with model and serial number, the disk is of that kind. If only the vendor's own, in ASCII, is
 * there, it is the serial number. A damaged page is ignored. Source: SPC-4, and "SCSI / ATA
 * Translation"; the kernel's drivers/ata/libata-scsi.c.
 */
void diskid_parse_vpd(struct diskid *id, struct span page);

/* Adds what the USB device of a SCSI disk reports. Ignores a serial number that Windows would
 * refuse. */
void diskid_add_usb(struct diskid *id, const struct diskid_usb *usb);

/* Whether `wanted` is the disk's "wwid" or serial. Blanks around them do not count, and several are
 * as one, or as "_". */
int diskid_is(const struct diskid *id, const char *wanted);

/* The link of this index that udev would make in /dev/disk/by-id: "wwn-0x5000...",
 * "nvme-eui.0025...", "virtio-SERIAL"; of a path in by-path: "pci-0000:00:1f.2-ata-1.0",
 * "pci-0000:00:1f.2-ata-1". 1, or 0: there are no more. Source: systemd's
 * rules.d/60-persistent-storage.rules, ata_id, scsi_id and usb_id. */
int diskid_name(const struct diskid *id, unsigned int index, char *name, size_t size);

#endif
