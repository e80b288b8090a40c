// SPDX-License-Identifier: MIT
/* disk_path.c - make the by-path name of a device's disk, from its parents in sysfs. */
#include <limits.h>
#include <string.h>

#include "init/device/devices.h"
#include "init/pure/diskpath.h"
#include "init/pure/find.h"
#include "init/pure/format.h"
#include "init/pure/number.h"
#include "init/sys/file.h"
#include "init/sys/sys.h"
#include "init/sys/sysfs.h"

#define DIR_MAX 512 /* bytes; four bridges and three hubs before the disk are 250 */
#define FILE_MAX (DIR_MAX + 64)
#define HOST "host"
#define HOST_LEN 4

/* Writes the directory of a class's device: "/sys/class/block/../../devices/pci0000:00/...".
 * Returns 0 or -errno. */
static int go_to(char dir[DIR_MAX], const char *class, const char *name)
{
	size_t len = format_text(dir, DIR_MAX, "/sys/class/%s/", class);
	char path[FILE_MAX];

	format_text(path, sizeof(path), "%s%s", dir, name);
	return sys_readlink(path, dir + len, DIR_MAX - len);
}

/* "pci"; "" if the directory is not a device, or its device is on no bus. */
static const char *subsystem_of(const char *dir, char link[DIR_MAX])
{
	char path[FILE_MAX];
	const char *slash;

	format_text(path, sizeof(path), "%s/subsystem", dir);
	if (sys_readlink(path, link, DIR_MAX) < 0)
		return "";
	slash = strrchr(link, '/');
	return slash ? slash + 1 : link;
}

static int keep_lowest_host(const struct dirent_view *entry, void *lowest)
{
	unsigned int number;

	if (strncmp(entry->name, HOST, HOST_LEN) == 0 &&
	    number_parse(entry->name + HOST_LEN, 10, *(unsigned int *)lowest, &number))
		*(unsigned int *)lowest = number;
	return 0;
}

/* Reads a class's file about the device: "ata1/ata_port/ata1/port_no". Returns 1; or 0, with "" in
 * `text`, if the device is not in this class. */
static int read_of(const char *dir, const char *class, const char *what,
		   char text[DISKPATH_WORD_MAX])
{
	char file[FILE_MAX];

	format_text(file, sizeof(file), "%s/%s%s/%s", dir, class, strrchr(dir, '/'), what);
	return file_line(file, text, DISKPATH_WORD_MAX);
}

/* Cuts the last name off: the path of the parent directory. */
static void go_up(char *dir)
{
	*strrchr(dir, '/') = '\0';
}

/* For "host8/port-8:0/end_device-8:0", or with an expander instead of the host. */
static void read_sas(char *dir, struct diskpath_scsi *scsi)
{
	read_of(dir, "sas_device", "sas_address", scsi->sas_address);
	go_up(dir);
	read_of(dir, "sas_port", "num_phys", scsi->sas_phys);
	go_up(dir);
	read_of(dir, "sas_device", "sas_address", scsi->sas_expander);
}

/* Adds the part for "ata1/host0/target0:0:0". Returns 0 if something else is between host and
 * target, as with iSCSI. */
static int add_scsi(struct diskpath *path, char *dir, const char *address)
{
	struct diskpath_scsi scsi = { .address = address };
	unsigned int lowest = UINT_MAX, number;
	const char *host;

	read_of(dir, "fc_transport", "port_name", scsi.fc_port);
	go_up(dir);
	if (read_of(dir, "sas_device", "phy_identifier", scsi.sas_phy)) {
		read_sas(dir, &scsi);
	} else if (!scsi.fc_port[0]) {
		host = strrchr(dir, '/') + 1;
		if (strncmp(host, HOST, HOST_LEN) ||
		    !number_parse(host + HOST_LEN, 10, UINT_MAX, &number))
			return 0;
		go_up(dir);
		if (!read_of(dir, "ata_port", "port_no", scsi.ata_port))
			file_each(dir, keep_lowest_host, &lowest);
		scsi.host = number - lowest;
	}
	diskpath_add_scsi(path, &scsi);
	return 1;
}

/* Walks from the disk up to "/sys". A multipath NVMe namespace has no controller as its parent:
 * uses the first controller. Returns 0 if the disk has no such name. */
static int walk(struct diskpath *path, char *dir, const char *disk, const char *nsid)
{
	char link[DIR_MAX], *slash;

	while ((slash = strrchr(dir, '/')) != dir) {
		const char *subsystem = subsystem_of(dir, link);

		*slash = '\0';
		if (strcmp(subsystem, "nvme-subsystem") == 0) {
			format_text(link, sizeof(link), "%s", disk);
			link[4 + strcspn(link + 4, "n")] = '\0'; /* "nvme0n1" */
			go_to(dir, "nvme", link);
		} else if (strcmp(subsystem, "scsi") || slash[1] > '9') { /* no "2:0:0:0" */
			diskpath_add(path, subsystem, slash + 1, nsid);
		} else if (!add_scsi(path, dir, slash + 1)) {
			return 0;
		}
	}
	return 1;
}

void device_path(const struct device *device, struct diskid *id)
{
	const char *disk = device->part ? device->disk : device->name,
		   *boot = text_find(disk, "boot");
	char dir[DIR_MAX], nsid[DISKPATH_WORD_MAX];
	struct diskpath path = DISKPATH_NEW;

	id->kind = DISKID_NONE;
	sysfs_line(disk, "nsid", nsid, sizeof(nsid));
	/* udev makes no links for floppies, though it knows their bus. */
	if (strncmp(disk, "fd", 2) == 0 || go_to(dir, "block", disk) < 0 ||
	    !walk(&path, dir, disk, nsid) || !diskpath_text(&path))
		return;
	id->kind = disk[0] == 'v' ? DISKID_VIRTIO_PATH : DISKID_PATH;
	format_text(id->text, sizeof(id->text), "%s%s%s", diskpath_text(&path), boot ? "-" : "",
		    boot ? boot : "");
}
