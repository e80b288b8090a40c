// SPDX-License-Identifier: MIT
/* test_diskpath.c - names of disks by where they are plugged in, as udev makes links of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "init/device/devices.h"
#include "init/pure/diskpath.h"
#include "init/pure/rootspec.h"
#include "tests/unit/fake_sys.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PCI "/pci0000:00/0000:00:1f.2"
#define DEVICES "/sys/class/block/../../devices"

#define SAS_HOST "/pci0000:00/0000:00:06.0/host8"
#define SAS(ports, end) "/pci0000:00/0000:00:06.0@pci/host8@scsi" ports end

/* The way from the root of sysfs to a disk; a device's name is followed by "@" and its
 * subsystem. */
struct way {
	const char *disk, *folders;
	const char *names[2]; /* what udev 252.39 calls it; NULL: nothing */
	const char *files[4][2]; /* that are read on the way, below the folder of the devices, and
				    what they say */
	const char *hosts[3]; /* of the controller */
};

static const struct way ways[] = {
	{ "vda",
	  "/pci0000:00/0000:00:01.0@pci/virtio0@virtio/block/vda@block",
	  { "pci-0000:00:01.0", "virtio-pci-0000:00:01.0" } },
	/* Of bridges the last one counts. */
	{ "vdb",
	  "/pci0000:00/0000:00:07.0@pci/0000:01:00.0@pci/0000:02:03.0@pci/virtio1@virtio/block/vdb@block",
	  { "pci-0000:02:03.0", "virtio-pci-0000:02:03.0" } },
	/* But a domain of its own begins anew. */
	{ "vdc",
	  "/pci0000:00/0000:00:0e.0@pci/pci10000:e0/10000:e1:00.0@pci/virtio1@virtio/block/vdc@block",
	  { "pci-0000:00:0e.0-pci-10000:e1:00.0", "virtio-pci-0000:00:0e.0-pci-10000:e1:00.0" } },
	{ "vda",
	  "/platform/LNRO0005:00@platform/virtio0@virtio/block/vda@block",
	  { "platform-LNRO0005:00" } },
	{ "vda",
	  "/virtio-mmio-cmdline/virtio-mmio.0@platform/virtio0@virtio/block/vda@block",
	  { "platform-virtio-mmio.0" } },
	{ "ubda", "/platform/uml-blkdev.0@platform/block/ubda@block", { "platform-uml-blkdev.0" } },
	{ "sda",
	  "/pci0000:00/0000:00:1f.2@pci/ata1/host0@scsi/target0:0:0@scsi/0:0:0:0@scsi/block/sda@block",
	  { "pci-0000:00:1f.2-ata-1.0", "pci-0000:00:1f.2-ata-1" },
	  { { PCI "/ata1/ata_port/ata1/port_no", "1\n" } } },
	/* The second controller's first port, and the slave there. */
	{ "sdb",
	  "/pci0000:00/0000:00:1f.2@pci/ata7/host8@scsi/target8:0:1@scsi/8:0:1:0@scsi/block/sdb@block",
	  { "pci-0000:00:1f.2-ata-1.1", "pci-0000:00:1f.2-ata-1" },
	  { { PCI "/ata7/ata_port/ata7/port_no", "1\n" } } },
	/* Behind a port multiplier. */
	{ "sdc",
	  "/pci0000:00/0000:00:1f.2@pci/ata7/host8@scsi/target8:2:0@scsi/8:2:0:0@scsi/block/sdc@block",
	  { "pci-0000:00:1f.2-ata-3.2.0", "pci-0000:00:1f.2-ata-3" },
	  { { PCI "/ata7/ata_port/ata7/port_no", "3\n" } } },
	{ "sdb",
	  "/pci0000:00/0000:00:02.0@pci/virtio0@virtio/host6@scsi/target6:0:3@scsi/6:0:3:16684@scsi/block/sdb@block",
	  { "pci-0000:00:02.0-scsi-0:0:3:16684" },
	  { { NULL } },
	  { "host6/" } },
	/* The third of a controller's hosts. */
	{ "sdb",
	  "/pci0000:00/0000:00:02.0@pci/host12@scsi/target12:0:3@scsi/12:0:3:1@scsi/block/sdb@block",
	  { "pci-0000:00:02.0-scsi-2:0:3:1" },
	  { { NULL } },
	  { "hostile", "host12/", "host10/" } },
	{ "sde",
	  "/pci0000:00/0000:00:04.0@pci/usb2@usb/2-4@usb/2-4.2@usb/2-4.2:1.0@usb/host9@scsi/target9:0:0@scsi/"
	  "9:0:0:1@scsi/block/sde@block",
	  { "pci-0000:00:04.0-usb-0:4.2:1.0-scsi-0:0:0:1" },
	  { { NULL } },
	  { "host9/" } },
	{ "nvme0n1",
	  "/pci0000:00/0000:00:03.0@pci/nvme/nvme0@nvme/nvme0n1@block",
	  { "pci-0000:00:03.0-nvme-3" } },
	{ "nvme0n1",
	  "/virtual/nvme-subsystem/nvme-subsys0@nvme-subsystem/nvme0n1@block",
	  { "pci-0000:00:03.0-nvme-3" } },
	{ "mmcblk0",
	  "/pci0000:00/80860F14:00@platform/mmc_host/mmc0@mmc_host/mmc0:0001@mmc/block/mmcblk0@block",
	  { "platform-80860F14:00" } },
	{ "mmcblk0boot1",
	  "/pci0000:00/80860F14:00@platform/mmc_host/mmc0@mmc_host/mmc0:0001@mmc/block/mmcblk0@block/"
	  "mmcblk0boot1@block",
	  { "platform-80860F14:00-boot1" } },
	/* What udev gives no name to: no bus that tells cards apart; */
	{ "mmcblk0",
	  "/pci0000:00/0000:00:06.0@pci/mmc_host/mmc0@mmc_host/mmc0:4567@mmc/block/mmcblk0@block" },
	{ "fd0", "/platform/floppy.0@platform/block/fd0@block" },
	/* nothing that stays where it is; */
	{ "loop0", "/virtual/block/loop0@block" },
	{ "sda",
	  "/pseudo_0/adapter0@pseudo/host2@scsi/target2:0:0@scsi/2:0:0:0@scsi/block/sda@block" },
	/* and what no file says the place of. */
	{ "sda",
	  "/pci0000:00/0000:02:00.0@pci/host0@scsi/port-0:0/end_device-0:0/target0:0:0@scsi/0:0:0:0@scsi/block/sda@block" },
	{ "sda",
	  "/pci0000:00/0000:02:00.0@pci/host1@scsi/rport-1:0-0/target1:0:0@scsi/1:0:0:0@scsi/block/sda@block" },
	/* We do not know what udev asks the disk for, or another machine. */
	{ "sda",
	  "/pci0000:00/0000:06:00.0@pci/fw1@firewire/fw1.0@firewire/host6@scsi/target6:0:0@scsi/6:0:0:0@scsi/block/sda@block",
	  { NULL },
	  { { NULL } },
	  { "host6/" } },
	{ "sda", "/platform/host3@scsi/session1/target3:0:0@scsi/3:0:0:0@scsi/block/sda@block" },
	{ "sdc",
	  SAS("/port-8:0", "/end_device-8:0") "/target8:0:0@scsi/8:0:0:0@scsi/block/sdc@block",
	  { "pci-0000:00:06.0-sas-phy0-lun-0" },
	  { { SAS_HOST "/port-8:0/end_device-8:0/sas_device/end_device-8:0/phy_identifier", "0\n" },
	    { SAS_HOST "/port-8:0/end_device-8:0/sas_device/end_device-8:0/sas_address",
	      "0x5000c50015ea71ae\n" },
	    { SAS_HOST "/port-8:0/sas_port/port-8:0/num_phys", "1\n" } } },
	/* On several ports. */
	{ "sdc",
	  SAS("/port-8:0", "/end_device-8:0") "/target8:0:0@scsi/8:0:0:1@scsi/block/sdc@block",
	  { "pci-0000:00:06.0-sas-0x5000c50015ea71ae-lun-1" },
	  { { SAS_HOST "/port-8:0/end_device-8:0/sas_device/end_device-8:0/phy_identifier", "0\n" },
	    { SAS_HOST "/port-8:0/end_device-8:0/sas_device/end_device-8:0/sas_address",
	      "0x5000c50015ea71ae\n" },
	    { SAS_HOST "/port-8:0/sas_port/port-8:0/num_phys", "2\n" } } },
	{ "sdc",
	  SAS("/port-8:0/expander-8:0/port-8:0:3",
	      "/end_device-8:0:3") "/target8:0:3@scsi/8:0:3:0@scsi/block/sdc@block",
	  { "pci-0000:00:06.0-sas-exp0x500304801f715f3f-phy11-lun-0" },
	  { { SAS_HOST
	      "/port-8:0/expander-8:0/port-8:0:3/end_device-8:0:3/sas_device/end_device-8:0:3/phy_identifier",
	      "11\n" },
	    { SAS_HOST
	      "/port-8:0/expander-8:0/port-8:0:3/end_device-8:0:3/sas_device/end_device-8:0:3/sas_address",
	      "0x5\n" },
	    { SAS_HOST "/port-8:0/expander-8:0/port-8:0:3/sas_port/port-8:0:3/num_phys", "1\n" },
	    { SAS_HOST "/port-8:0/expander-8:0/sas_device/expander-8:0/sas_address",
	      "0x500304801f715f3f\n" } } },
	{ "sdd",
	  "/pci0000:00/0000:00:06.0@pci/host1@scsi/rport-1:0-0/target1:0:0@scsi/1:0:0:5@scsi/block/sdd@block",
	  { "pci-0000:00:06.0-fc-0x500507680b21ac71-lun-5" },
	  { { "/pci0000:00/0000:00:06.0/host1/rport-1:0-0/target1:0:0/fc_transport/target1:0:0/port_name",
	      "0x500507680b21ac71\n" } } },
	/* Such a LUN is no number in udev's name. */
	{ "sdd",
	  "/pci0000:00/0000:00:06.0@pci/host1@scsi/rport-1:0-0/target1:0:0@scsi/1:0:0:256@scsi/block/sdd@block",
	  { NULL },
	  { { "/pci0000:00/0000:00:06.0/host1/rport-1:0-0/target1:0:0/fc_transport/target1:0:0/port_name",
	      "0x500507680b21ac71\n" } } },
};

static char paths[24][300];
static size_t path_count;

static const char *keep(const char *before, const char *text, const char *after)
{
	snprintf(paths[path_count], sizeof(paths[0]), "%s%s%s", before, text, after);
	return paths[path_count++];
}

/* Links from each device to its subsystem. What is left is the folder. */
static void add_devices(const char *folders, char *folder)
{
	char link[64];

	strcpy(folder, DEVICES);
	while (*folders) {
		int len = 1 + (int)strcspn(folders + 1, "@/");

		strncat(folder, folders, (size_t)len);
		folders += len;
		if (*folders != '@')
			continue;
		len = (int)strcspn(++folders, "/");
		snprintf(link, sizeof(link), "../../../bus/%.*s", len, folders);
		fake_file(keep(folder, "/subsystem", ""), link, strlen(link));
		folders += len;
	}
}

static void add_way(const struct way *way)
{
	static const char controller[] = "../../devices/pci0000:00/0000:00:03.0/nvme/nvme0";
	char folder[300], nsid[] = "3\n";
	const char *link;

	fake_reset();
	path_count = 0;
	add_devices(way->folders, folder);
	link = keep(folder + strlen("/sys/class/block/"), "", "");
	fake_file(keep("/sys/class/block/", way->disk, ""), link, strlen(link));
	fake_file(keep("/sys/class/block/", way->disk, "/nsid"), nsid, strlen(nsid));
	fake_file("/sys/class/nvme/nvme0", controller, strlen(controller));
	fake_file("/sys/class/nvme/"
		  "../../devices/pci0000:00/0000:00:03.0/nvme/nvme0/subsystem",
		  "../class/nvme", 13);
	fake_file("/sys/class/nvme/"
		  "../../devices/pci0000:00/0000:00:03.0/subsystem",
		  "../bus/pci", 10);
	for (size_t i = 0; i < COUNT(way->files) && way->files[i][0]; i++)
		fake_file(keep(DEVICES, way->files[i][0], ""), way->files[i][1],
			  strlen(way->files[i][1]));
	if (way->hosts[0]) {
		*strstr(folder, "/host") = '\0';
		fake_dir(keep(folder, "", ""), (const char *const[]){ way->hosts[0], way->hosts[1],
								      way->hosts[2], NULL });
	}
}

static void a_disk_has_the_names_that_udev_gives_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct device device = { .name = "" };
		char name[DISKID_MAX];
		struct diskid id;
		unsigned int count = 0;

		add_way(&ways[i]);
		strcpy(device.name, ways[i].disk);
		device_path(&device, &id);
		for (; diskid_name(&id, count, name, sizeof(name)); count++) {
			if (count > 1 || !ways[i].names[count] ||
			    strcmp(name, ways[i].names[count]))
				fail_msg("way %zu: %s", i, name);
		}
		if (count < 2 && ways[i].names[count])
			fail_msg("way %zu: no %s", i, ways[i].names[count]);
	}
}

static int is(const struct device *device, const char *root)
{
	struct rootspec spec;

	assert_int_equal(rootspec_parse(root, &spec), 0);
	return device_has_id(device, &spec);
}

static void a_root_is_found_by_its_place(void **state)
{
	struct device disk = { .name = "sda" }, part = { .name = "sda2", .disk = "sda", .part = 2 };

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++)
		if (strcmp(ways[i].disk, "sda") == 0 && ways[i].files[0][0] &&
		    strstr(ways[i].files[0][0], "ata_port"))
			add_way(&ways[i]);
	assert_int_equal(is(&disk, "/dev/disk/by-path/pci-0000:00:1f.2-ata-1"), 1);
	assert_int_equal(is(&disk, "/dev/disk/by-path/pci-0000:00:1f.2-ata-1.0"), 1);
	assert_int_equal(is(&disk, "/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part2"), 0);
	assert_int_equal(is(&disk, "/dev/disk/by-path/pci-0000:00:1f.2-ata-2"), 0);
	assert_int_equal(is(&disk, "/dev/disk/by-id/pci-0000:00:1f.2-ata-1"), 0);
	assert_int_equal(is(&part, "/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part2"), 1);
	assert_int_equal(is(&part, "/dev/disk/by-path/pci-0000:00:1f.2-ata-1"), 0);
}

static void what_is_no_address_is_none(void **state)
{
	static const char *const rows[] = {
		"", "0", "0:0:0:0000000000000000000000000000000000000000000000000000000000"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct diskpath path = DISKPATH_NEW;

		diskpath_add_scsi(&path,
				  &(struct diskpath_scsi){ .address = rows[i], .ata_port = "1" });
		diskpath_add(&path, "pci", "0", "");
		assert_null(diskpath_text(&path));
	}
}

static void a_path_that_does_not_fit_is_none(void **state)
{
	struct diskpath path = DISKPATH_NEW;
	char long_name[DISKPATH_MAX + 1];

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	diskpath_add(&path, "platform", long_name, "");
	assert_null(diskpath_text(&path));
	diskpath_add(&path, "pci", "0", "");
	assert_null(diskpath_text(&path));

	path = DISKPATH_NEW;
	long_name[DISKPATH_MAX - 1 - strlen("platform-")] = '\0';
	diskpath_add(&path, "platform", long_name, "");
	assert_non_null(diskpath_text(&path));
	assert_int_equal(strlen(diskpath_text(&path)), DISKPATH_MAX - 1);
}

static void a_link_that_cannot_be_read_is_none(void **state)
{
	static const long errors[] = { -2, -36 };
	struct device device = { .name = "vda" };
	struct diskid id;

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		add_way(&ways[0]);
		fake_answer("readlink /sys/class/block/vda", errors[i], FAKE_ALWAYS);
		device_path(&device, &id);
		assert_int_equal(id.kind, DISKID_NONE);
	}
	add_way(&ways[0]);
	fake_answer("readlink /sys/class/block/../../devices/pci0000:00/0000:00:01.0/subsystem", -2,
		    FAKE_ALWAYS);
	device_path(&device, &id);
	assert_int_equal(id.kind, DISKID_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_has_the_names_that_udev_gives_its_place),
		cmocka_unit_test(a_root_is_found_by_its_place),
		cmocka_unit_test(what_is_no_address_is_none),
		cmocka_unit_test(a_path_that_does_not_fit_is_none),
		cmocka_unit_test(a_link_that_cannot_be_read_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
