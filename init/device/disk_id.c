// SPDX-License-Identifier: MIT
/* disk_id.c - read the identifiers of a device's disk from sysfs. */
#include <string.h>

#include "init/device/devices.h"
#include "init/pure/count.h"
#include "init/pure/format.h"
#include "init/pure/rootspec.h"
#include "init/sys/file.h"
#include "init/sys/sys.h"
#include "init/sys/sysfs.h"

#define PATH_SIZE 128 /* bytes; also of the link from a disk to its SCSI device */
#define VPD_MAX 256 /* bytes; that of an ATA disk has 112 */

/* A SCSI device is below its target and its host, which are below the USB interface. */
#define USB_INTERFACE "device/../../../"
#define USB_DEVICE USB_INTERFACE "../"

static const struct {
	unsigned char kind; /* enum diskid_kind */
	char file[12]; /* below the device's directory */
	char model[13]; /* ""; or a file that makes a name together with device/serial */
} files[] = {
	{ DISKID_NVME, "wwid", "device/model" },
	{ DISKID_VIRTIO, "serial", "" },
	{ DISKID_MMC, "device/cid", "device/name" },
};

/* The page is binary. One that does not fit is ignored: those with a useful name are shorter. */
static void read_vpd(const char *disk, struct diskid *id)
{
	char path[PATH_SIZE], page[VPD_MAX];
	long len;

	sysfs_path(path, sizeof(path), disk, "device/vpd_pg83");
	len = file_read(path, page, sizeof(page));
	if (len > 0)
		diskid_parse_vpd(id, (struct span){ (const uint8_t *)page, (size_t)len });
}

/* Some disks leave their SCSI fields blank: then reads the USB device's. */
static void read_if_blank(const char *disk, const char *file, const char *other, char *text)
{
	if (!text[strspn(text, " ")] && !sysfs_line(disk, file, text, DISKID_MODEL_MAX))
		sysfs_line(disk, other, text, DISKID_MODEL_MAX);
}

static void read_usb(const char *disk, const char *vendor, const char *model, struct diskid *id)
{
	struct diskid_usb usb = { .address = NULL };
	char subclass[4], path[PATH_SIZE], address[PATH_SIZE];

	if (!sysfs_line(disk, USB_INTERFACE "bInterfaceSubClass", subclass, sizeof(subclass)))
		return;
	if (strcmp(subclass, "06") == 0 || strcmp(subclass, "02") == 0) {
		sysfs_path(path, sizeof(path), disk, "device");
		if (sys_readlink(path, address, sizeof(address)) == 0)
			usb.address = address;
		format_text(usb.vendor, sizeof(usb.vendor), "%s", vendor);
		format_text(usb.model, sizeof(usb.model), "%s", model);
	}
	read_if_blank(disk, USB_DEVICE "manufacturer", USB_DEVICE "idVendor", usb.vendor);
	read_if_blank(disk, USB_DEVICE "product", USB_DEVICE "idProduct", usb.model);
	sysfs_line(disk, USB_DEVICE "serial", usb.serial, sizeof(usb.serial));
	diskid_add_usb(id, &usb);
}

static void read_scsi(const char *disk, struct diskid *id)
{
	char vendor[DISKID_MODEL_MAX / 2], model[DISKID_MODEL_MAX / 2];

	if (!sysfs_line(disk, "device/vendor", vendor, sizeof(vendor)))
		return;
	id->kind = DISKID_SCSI;
	sysfs_line(disk, "device/wwid", id->text, sizeof(id->text));
	sysfs_line(disk, "device/model", model, sizeof(model));
	format_text(id->model, sizeof(id->model), "%s%s", vendor, model);
	read_vpd(disk, id);
	read_usb(disk, vendor, model, id);
}

void device_id(const struct device *device, struct diskid *id)
{
	const char *disk = device->part ? device->disk : device->name;

	memset(id, 0, sizeof(*id));
	for (size_t i = 0; i < COUNT(files); i++) {
		if (!sysfs_line(disk, files[i].file, id->text, sizeof(id->text)))
			continue;
		id->kind = files[i].kind;
		if (files[i].model[0]) {
			sysfs_line(disk, files[i].model, id->model, sizeof(id->model));
			sysfs_line(disk, "device/serial", id->serial, sizeof(id->serial));
			sysfs_line(disk, "nsid", id->nsid, sizeof(id->nsid));
		}
		return;
	}
	read_scsi(disk, id);
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
