/* SPDX-License-Identifier: MIT */
/* diskpath.h - a disk's name by its port, as udev's by-path has it. */
#ifndef RDINIT_PURE_DISKPATH_H
#define RDINIT_PURE_DISKPATH_H

#include <stddef.h>

#define DISKPATH_MAX 256 /* bytes; a disk on a hub on a hub has 50 */

#define DISKPATH_WORD_MAX 24 /* bytes of a file of sysfs: 64 bits in hexadecimal, and a newline */

/* The name is built from its end. */
struct diskpath {
	char text[DISKPATH_MAX];
	size_t at; /* its first byte */
	const void *last; /* the kind of the previous device */
	unsigned int has;
};

#define DISKPATH_NEW ((struct diskpath){ .at = DISKPATH_MAX - 1 })

/*
 * Adds one device of the path, from the disk to the root: "virtio", "virtio0"; "pci",
 * "0000:00:05.0". `subsystem` is "" if there is none. `nsid`: the number of the namespace of an
 * NVMe disk. Source: systemd 252's udev (ID_PATH, udevadm test-builtin path_id), compared in
 * tests/kernels/test_links.py.
 */
void diskpath_add(struct diskpath *path, const char *subsystem, const char *name, const char *nsid);

/* The path of a SCSI device; "" for what it lacks. */
struct diskpath_scsi {
	const char
		*address; /* "2:0:1:0": host, channel, target, LUN. The host's number is not used */
	unsigned int host; /* of its controller's hosts, from 0 */
	char ata_port[DISKPATH_WORD_MAX]; /* a number */
	char fc_port[DISKPATH_WORD_MAX]; /* Fibre Channel: "0x500507680b21ac71" */
	char sas_phy[DISKPATH_WORD_MAX],
		sas_phys[DISKPATH_WORD_MAX]; /* its number; and of how many */
	char sas_address[DISKPATH_WORD_MAX], sas_expander[DISKPATH_WORD_MAX];
};

/* Adds a SCSI device. */
void diskpath_add_scsi(struct diskpath *path, const struct diskpath_scsi *scsi);

/* Returns "pci-0000:00:1f.2-ata-1.0". NULL if, as with udev, the port is not permanent or does not
 * identify the disk (an SD card in a reader on PCI, a loop device), or if the name is too long. */
const char *diskpath_text(const struct diskpath *path);

#endif
