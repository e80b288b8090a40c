/* disk_id.c - what sysfs says of the disk that a device is, or is a partition of. */
#include <string.h>

#include "init/devices.h"
#include "init/pure/format.h"
#include "init/pure/rootspec.h"
#include "init/sys/file.h"

#define PATH_SIZE 128 /* bytes */
#define VPD_MAX 256 /* bytes; an ATA disk's has 112 */

static const struct {
	unsigned char kind; /* enum diskid_kind */
	char file[12]; /* below the device's folder */
	char model[13]; /* ""; or what is a name, together with device/serial */
} files[] = {
	{ DISKID_NVME, "wwid", "device/model" },
	{ DISKID_SCSI, "device/wwid", "" },
	{ DISKID_VIRTIO, "serial", "" },
	{ DISKID_MMC, "device/cid", "device/name" },
};

int sysfs_line(const char *path, char *text, size_t size)
{
	if (file_read(path, text, size) <= 0)
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text[0] != '\0';
}

static int read_line(const char *disk, const char *file, char *text, size_t size)
{
	char path[PATH_SIZE];

	sysfs_name(path, sizeof(path), disk, file);
	return sysfs_line(path, text, size);
}

/* Binary, and never as long as the buffer for the disks that are meant. */
static void read_vpd(const char *disk, struct diskid *id)
{
	char path[PATH_SIZE], page[VPD_MAX];
	long len;

	sysfs_name(path, sizeof(path), disk, "device/vpd_pg83");
	len = file_read(path, page, sizeof(page));
	if (len > 0)
		diskid_take_vpd(id, (struct span){ (const uint8_t *)page, (size_t)len });
}

void device_id(const struct device *device, struct diskid *id)
{
	const char *disk = device->part ? device->disk : device->name;

	memset(id, 0, sizeof(*id));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!read_line(disk, files[i].file, id->text, sizeof(id->text)))
			continue;
		id->kind = files[i].kind;
		if (files[i].model[0]) {
			read_line(disk, files[i].model, id->model, sizeof(id->model));
			read_line(disk, "device/serial", id->serial, sizeof(id->serial));
			read_line(disk, "nsid", id->nsid, sizeof(id->nsid));
		}
		if (id->kind == DISKID_SCSI)
			read_vpd(disk, id);
		return;
	}
}

void device_id_asked(const struct device *device, const struct rootspec *spec, struct diskid *id)
{
	if (spec->kind == ROOTSPEC_DISKPATH)
		device_path(device, id);
	else
		device_id(device, id);
}

int device_has_id(const struct device *device, const struct rootspec *spec)
{
	char name[DISKID_MAX];
	struct diskid id;

	if (spec->part != device->part)
		return 0;
	device_id_asked(device, spec, &id);
	if (spec->kind == ROOTSPEC_WWID)
		return diskid_is(&id, spec->value);
	for (unsigned int i = 0; diskid_name(&id, i, name, sizeof(name)); i++)
		if (strcmp(name, spec->value) == 0)
			return 1;
	return 0;
}
