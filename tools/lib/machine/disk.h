/* SPDX-License-Identifier: MIT */
/* disk.h - the disks of `rdinit run`: --disk FILE[,BUS][,ro|,snapshot]. */
#ifndef TOOLS_LIB_DISK_H
#define TOOLS_LIB_DISK_H

#include <stddef.h>

enum disk_bus { DISK_SCSI, DISK_VIRTIO, DISK_IDE, DISK_NVME, DISK_USB, DISK_CDROM };
/* The bus of the disk. */
enum disk_host { DISK_HOST_PC, DISK_HOST_Q35, DISK_HOST_MICROVM, DISK_HOSTS };

enum disk_use {
	DISK_WRITE,
	DISK_READONLY,
	DISK_SNAPSHOT, /* writes are thrown away at the end */
};

struct disk {
	char *path; /* absolute: QEMU takes "nbd:..." for a protocol otherwise */
	enum disk_bus bus;
	enum disk_use use;
	int bus_given; /* else it is the default */
};

/* Parses and checks that the file can be opened as asked. Words that are no bus and no use belong
 * to the file name, commas included. 0, or -1 after reporting. */
int disk_parse(const char *text, struct disk *disk);
void disk_free(struct disk *disk);

/* Kernel modules that make a disk of this bus appear: names ended by NULL, in no order. None where
 * this host has no such bus. */
const char *const *disk_modules(enum disk_bus bus, enum disk_host host);

/* The -device for disk number `index`, for malloc: "scsi-hd,drive=disk0,bus=scsi0.0". */
char *disk_device(const struct disk *disk, size_t index, enum disk_host host);

/* The -device of the controller that all disks of the bus share: the same text for buses that share
 * it. NULL: each has its own. */
const char *disk_controller(enum disk_bus bus, enum disk_host host);

#endif
