// SPDX-License-Identifier: MIT
/* disk.c - the disks of `rdinit run`: --disk FILE[,BUS][,ro|,snapshot]. */
#include "tools/lib/machine/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"

static const char *const uses[] = { [DISK_READONLY] = "ro", [DISK_SNAPSHOT] = "snapshot" };

static const struct {
	const char *name;
	const char *modules[DISK_HOSTS][4]; /* none: this host has no such bus */
} buses[] = {
	[DISK_SCSI] = { "scsi",
			{ [DISK_HOST_PC] = { "virtio_pci", "virtio_scsi", "sd_mod" },
			  [DISK_HOST_Q35] = { "virtio_pci", "virtio_scsi", "sd_mod" },
			  [DISK_HOST_MICROVM] = { "virtio_mmio", "virtio_scsi", "sd_mod" } } },
	[DISK_VIRTIO] = { "virtio",
			  { [DISK_HOST_PC] = { "virtio_pci", "virtio_blk" },
			    [DISK_HOST_Q35] = { "virtio_pci", "virtio_blk" },
			    [DISK_HOST_MICROVM] = { "virtio_mmio", "virtio_blk" } } },
	[DISK_IDE] = { "ide",
		       { [DISK_HOST_PC] = { "ata_piix", "sd_mod" },
			 [DISK_HOST_Q35] = { "ahci", "sd_mod" } } },
	[DISK_USB] = { "usb",
		       { [DISK_HOST_PC] = { "xhci_pci", "usb_storage", "sd_mod" },
			 [DISK_HOST_Q35] = { "xhci_pci", "usb_storage", "sd_mod" } } },
	[DISK_CDROM] = { "cdrom",
			 { [DISK_HOST_PC] = { "virtio_pci", "virtio_scsi", "sr_mod" },
			   [DISK_HOST_Q35] = { "virtio_pci", "virtio_scsi", "sr_mod" },
			   [DISK_HOST_MICROVM] = { "virtio_mmio", "virtio_scsi", "sr_mod" } } },
	[DISK_NVME] = { "nvme", { [DISK_HOST_PC] = { "nvme" }, [DISK_HOST_Q35] = { "nvme" } } },
};

/* Takes the last ",WORD" off the name if it is one we know. Returns 1 if so. */
static int parse_word(char *path, struct disk *disk)
{
	char *comma = strrchr(path, ',');

	if (!comma || comma == path)
		return 0;
	for (size_t i = 0; i < COUNT(buses); i++) {
		if (!strcmp(comma + 1, buses[i].name)) {
			disk->bus = (enum disk_bus)i;
			disk->bus_given = 1;
			*comma = '\0';
			return 1;
		}
	}
	for (size_t i = DISK_READONLY; i < COUNT(uses); i++) {
		if (!strcmp(comma + 1, uses[i])) {
			disk->use = (enum disk_use)i;
			*comma = '\0';
			return 1;
		}
	}
	return 0;
}

static int check(const struct disk *disk)
{
	int fd = open(disk->path,
		      (disk->use == DISK_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	int err = fd < 0 || fstat(fd, &info) ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (err == EROFS || err == EACCES)
		return error_errno(err, "disk %s%s", shown(disk->path),
				   disk->use == DISK_WRITE ? " (for writing; try ,ro or ,snapshot)"
							   : "");
	if (err)
		return error_errno(err, "disk %s", shown(disk->path));
	if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode))
		return error("disk %s: neither a file nor a block device", shown(disk->path));
	if (S_ISREG(info.st_mode) && info.st_size < 512)
		return error("disk %s: %s", shown(disk->path),
			     info.st_size ? "smaller than one sector" : "an empty file");
	if (disk->bus == DISK_IDE && disk->use == DISK_READONLY)
		return error("disk %s: IDE disks cannot be read-only; use ,snapshot or another bus",
			     shown(disk->path));
	return 0;
}

/* No file has this name. The text after its last comma may be meant as an option. */
static void report_missing(const char *name, int err)
{
	const char *comma = strrchr(name, ',');
	char *path = comma ? xstrndup(name, (size_t)(comma - name)) : NULL;
	struct disk words;

	while (path && parse_word(path, &words))
		;
	if (path && *path && !access(path, F_OK))
		error("disk %s: \"%s\" is not a bus: expected scsi, virtio, ide, nvme, usb or "
		      "cdrom, and ro or snapshot",
		      shown(path), shown(comma + 1));
	else
		error_errno(err, "disk %s", shown(name));
	free(path);
}

int disk_parse(const char *text, struct disk *disk)
{
	char *name = xstrdup(text);

	memset(disk, 0, sizeof(*disk));
	while (parse_word(name, disk))
		;
	disk->path = realpath(name, NULL);
	if (!disk->path) {
		report_missing(name, errno);
		free(name);
		return -1;
	}
	free(name);
	if (disk->bus == DISK_CDROM)
		disk->use = DISK_READONLY;
	return check(disk);
}

void disk_free(struct disk *disk)
{
	free(disk->path);
	disk->path = NULL;
}

const char *const *disk_modules(enum disk_bus bus, enum disk_host host)
{
	return buses[bus].modules[host];
}

const char *disk_controller(enum disk_bus bus, enum disk_host host)
{
	if (bus == DISK_USB)
		return "qemu-xhci,id=usb0";
	if (bus != DISK_SCSI && bus != DISK_CDROM)
		return NULL;
	return host == DISK_HOST_MICROVM ? "virtio-scsi-device,id=scsi0"
					 : "virtio-scsi-pci,id=scsi0";
}

char *disk_device(const struct disk *disk, size_t index, enum disk_host host)
{
	if (disk->bus == DISK_SCSI)
		return xasprintf("scsi-hd,drive=disk%zu,bus=scsi0.0", index);
	if (disk->bus == DISK_CDROM)
		return xasprintf("scsi-cd,drive=disk%zu,bus=scsi0.0", index);
	if (disk->bus == DISK_USB)
		return xasprintf("usb-storage,drive=disk%zu,bus=usb0.0", index);
	if (disk->bus == DISK_VIRTIO && host == DISK_HOST_MICROVM)
		return xasprintf("virtio-blk-device,drive=disk%zu", index);
	if (disk->bus == DISK_VIRTIO)
		return xasprintf("virtio-blk-pci,drive=disk%zu", index);
	if (disk->bus == DISK_IDE)
		return xasprintf("ide-hd,drive=disk%zu", index);
	return xasprintf("nvme,drive=disk%zu,serial=rdinit%zu", index, index);
}
