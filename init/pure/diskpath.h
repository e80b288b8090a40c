/* diskpath.h - the name of a disk that comes from where it is plugged in. */
#ifndef RDINIT_PURE_DISKPATH_H
#define RDINIT_PURE_DISKPATH_H

#include <stddef.h>

#define DISKPATH_MAX 256 /* bytes; a disk behind two USB hubs has 50 */

/* The name grows at its front. */
struct diskpath {
	char text[DISKPATH_MAX];
	size_t at; /* its first byte */
	const void *last; /* what kind the device before was */
	unsigned int has;
};

#define DISKPATH_NEW ((struct diskpath){ .at = DISKPATH_MAX - 1 })

/*
 * Takes a device that the disk hangs on, one after the other from the disk to the root: "virtio",
 * "virtio0"; "pci", "0000:00:05.0". `subsystem` is "" for one without. `nsid`: the number of the
 * namespace, if the disk is one of NVMe's. Source: what systemd 252's udev gives as ID_PATH
 * (udevadm test-builtin path_id), compared in tests/kernels/test_links.py.
 */
void diskpath_add(struct diskpath *path, const char *subsystem, const char *name, const char *nsid);

/*
 * The same for a SCSI device: the address that it is named by, "2:0:1:0" (host, channel, target,
 * LUN), of which the first number counts all hosts of the machine, and is not used; which of its
 * controller's hosts it is on, from 0; for a disk of ATA's the number of the port, and "" for
 * others.
 */
void diskpath_add_scsi(struct diskpath *path, const char *address, unsigned int host,
		       const char *port);

/* "pci-0000:00:1f.2-ata-1.0". NULL where nothing says for good where the disk is, or which one it
 * is there, as with udev: an SD card in a reader on PCI, a loop device; or the name is too long. */
const char *diskpath_text(const struct diskpath *path);

#endif
