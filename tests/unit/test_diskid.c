// SPDX-License-Identifier: MIT
/* test_diskid.c - names of disks, as udev makes links of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/device/devices.h"
#include "init/pure/format.h"
#include "init/pure/rootspec.h"
#include "init/pure/udevname.h"
#include "tests/unit/fake_sys.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Page 0x83 of a disk of ATA: a serial number, model and serial number, the WWN. */
#define VPD_SERIAL "\x02\x00\x00\x14QM00001             "
#define VPD_ATA            \
	"\x02\x01\x00\x44" \
	"ATA     QEMU HARDDISK                           QM00001             "
#define VPD_WWN "\x01\x03\x00\x08\x50\x00\xc5\x00\x15\xea\x71\xac"
#define ATA "t10.ATA     QEMU HARDDISK                           QM00001             "

static void labels_are_encoded_as_udev_does(void **state)
{
	static const struct {
		const char *text, *encoded;
	} rows[] = {
		{ "ROOT", "ROOT" },
		{ "my root/x", "my\\x20root\\x2fx" },
		{ "a\\b", "a\\x5cb" },
		{ "#+-.:=@_09azAZ", "#+-.:=@_09azAZ" },
		{ "\"'\t$%?,", "\\x22\\x27\\x09\\x24\\x25\\x3f\\x2c" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xc3", "\\xc3" },
		{ "\xc0\xaf", "\\xc0\\xaf" }, /* a slash that hides */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
		{ "", "" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(udevname_encode(text, sizeof(text), rows[i].text), 0);
		assert_string_equal(text, rows[i].encoded);
	}
	assert_int_equal(udevname_encode(text, 4, " "), -E2BIG);
	assert_string_equal(text, "");
	assert_int_equal(udevname_encode(text, 5, " "), 0);
	assert_int_equal(udevname_encode(text, 3, "abc"), -E2BIG);
}

static void words_of_devices_have_no_blanks(void **state)
{
	static const struct {
		const char *text, *replaced;
	} rows[] = {
		{ "  QEMU  NVMe Ctrl  ", "QEMU_NVMe_Ctrl" },
		{ "a/b\\c", "a_b_c" },
		{ " ", "" },
		{ "", "" },
		{ "a\t\n b", "a_b" },
		{ "x_ _y", "x___y" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
			udevname_replace(text, sizeof(text), rows[i].text, strlen(rows[i].text)),
			0);
		assert_string_equal(text, rows[i].replaced);
	}
	assert_int_equal(udevname_replace(text, 3, "abc", 3), -E2BIG);
}

static void a_disk_has_the_names_that_udev_gives_it(void **state)
{
	static const struct {
		struct diskid id;
		const char *names[4];
	} rows[] = {
		{ { DISKID_NVME, "eui.0025388b710116a1", "Model  X ", "S1" },
		  { "nvme-eui.0025388b710116a1", "nvme-Model_X_S1" } },
		{ { DISKID_NVME, "eui.0025388b710116a1", "Model  X ", "S1", "3" },
		  { "nvme-eui.0025388b710116a1", "nvme-Model_X_S1", "nvme-Model_X_S1_3" } },
		{ { DISKID_NVME, "uuid.1-2", "", "S1" }, { "nvme-uuid.1-2" } },
		{ { DISKID_SCSI, "naa.5000c50015ea71ac" },
		  { "wwn-0x5000c50015ea71ac", "scsi-35000c50015ea71ac" } },
		{ { DISKID_SCSI, "eui.0011223344556677" }, { "scsi-20011223344556677" } },
		{ { DISKID_ATA, "naa.5000c50015ea71ac", "QEMU HARDDISK ", "QM1  " },
		  { "ata-QEMU_HARDDISK_QM1", "wwn-0x5000c50015ea71ac" } },
		{ { DISKID_ATA, ATA, "QEMU HARDDISK ", "QM1  " }, { "ata-QEMU_HARDDISK_QM1" } },
		{ { DISKID_ATA, "naa.5000c50015ea71ac", "QEMU HARDDISK ", "" },
		  { "wwn-0x5000c50015ea71ac" } },
		{ { DISKID_ATA, "naa.5000c50015ea71ac", "QEMU HARDDISK ", "QM1  ",
		    .usb = "Q_H-0:0" },
		  { "ata-QEMU_HARDDISK_QM1", "wwn-0x5000c50015ea71ac", "usb-Q_H-0:0" } },
		{ { DISKID_USB, "naa.5000c50015ea71ac", .usb = "QEMU_QEMU_HARDDISK_1-0:0:0" },
		  { "usb-QEMU_QEMU_HARDDISK_1-0:0:0" } },
		{ { DISKID_USB, "", .usb = "" }, { NULL } },
		{ { DISKID_SCSI, "t10.IET     00010001" }, { "scsi-1IET_00010001" } },
		{ { DISKID_SCSI, "iqn.2003-01.org:x", "QEMU    QEMU HARDDISK   ", "" }, { NULL } },
		{ { DISKID_SCSI, "", "QEMU    QEMU HARDDISK   ", "drive-scsi0" },
		  { "scsi-0QEMU_QEMU_HARDDISK_drive-scsi0" } },
		{ { DISKID_SCSI, "", "EIGHT CHsixteen bytes   ", "1" },
		  { "scsi-0EIGHT_CHsixteen_bytes_1" } },
		{ { DISKID_VIRTIO, "my disk" }, { "virtio-my_disk" } },
		{ { DISKID_MMC, "aa585951454d552101deadbeef006200", "QEMU!", "0xdeadbeef" },
		  { "mmc-QEMU__0xdeadbeef" } },
		{ { DISKID_MMC, "aa585951454d552101deadbeef006200", "", "0xdeadbeef" }, { NULL } },
		{ { DISKID_PATH, "pci-0000:00:1f.2-ata-1.0" },
		  { "pci-0000:00:1f.2-ata-1.0", "pci-0000:00:1f.2-ata-1" } },
		{ { DISKID_PATH, "pci-0000:00:03.0-nvme-1" }, { "pci-0000:00:03.0-nvme-1" } },
		{ { DISKID_VIRTIO_PATH, "pci-0000:00:03.0" },
		  { "pci-0000:00:03.0", "virtio-pci-0000:00:03.0" } },
		{ { DISKID_VIRTIO_PATH, "platform-virtio-mmio.0" }, { "platform-virtio-mmio.0" } },
		{ { DISKID_NONE, "x" }, { NULL } },
	};
	char name[DISKID_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned int count = 0;

		for (; diskid_name(&rows[i].id, count, name, sizeof(name)); count++)
			assert_string_equal(name, rows[i].names[count]);
		assert_null(rows[i].names[count]);
	}
	assert_int_equal(diskid_name(&rows[0].id, 0, name, 10), 0);
}

static enum diskid_kind kind_of(const char *page, size_t len)
{
	struct diskid id = { .kind = DISKID_SCSI };

	diskid_parse_vpd(&id, (struct span){ (const uint8_t *)page, len });
	if (id.kind == DISKID_ATA) {
		assert_string_equal(id.model, "QEMU HARDDISK                           ");
		assert_string_equal(id.serial, "QM00001             ");
	}
	return id.kind;
}

static void a_disk_of_ata_says_so_in_its_vital_product_data(void **state)
{
	static const char page[] = "\x00\x83\x00\x6c" VPD_SERIAL VPD_ATA VPD_WWN;
	static const char first[] = "\x00\x83\x00\x48" VPD_ATA,
			  other[] = "\x00\x83\x00\x48" VPD_WWN VPD_SERIAL;
	size_t len = sizeof(page) - 1, end_of_ata = len - 12;
	char scsi[sizeof(first)];

	(void)state;
	for (size_t cut = 0; cut <= len; cut++)
		assert_int_equal(kind_of(page, cut), cut < end_of_ata ? DISKID_SCSI : DISKID_ATA);
	assert_int_equal(kind_of(first, sizeof(first) - 1), DISKID_ATA);
	assert_int_equal(kind_of(other, sizeof(other) - 1), DISKID_SCSI);
	for (size_t i = 5; i < 16;
	     i++) { /* another type, length or vendor; what is reserved says nothing */
		memcpy(scsi, first, sizeof(first));
		scsi[i]++;
		assert_int_equal(kind_of(scsi, sizeof(scsi) - 1),
				 i == 6 ? DISKID_ATA : DISKID_SCSI);
	}
}

static void a_disk_of_scsi_without_a_better_name_has_its_makers(void **state)
{
	static const struct {
		const char *page, *serial;
		size_t len;
	} rows[] = {
#define ROW(page, serial) { "\x00\x83\x00\x00" page, serial, sizeof(page) + 3 }
		ROW("\x02\x00\x00\x04"
		    "disk",
		    "disk"),
		ROW("\x02\x01\x00\x05"
		    "MAKER"
		    "\x02\x00\x00\x04"
		    "disk",
		    ""),
		ROW("\x02\x00\x00\x04"
		    "disk" VPD_WWN,
		    ""),
		ROW("\x02\x00\x00\x04"
		    "disk"
		    "\x01\x14\x00\x04"
		    "port",
		    "disk"), /* a port's number */
		ROW("\x02\x00\x00\x04"
		    "disk"
		    "\x61\x93\x00\x08"
		    "12345678",
		    "disk"), /* a port's WWN */
		ROW("\x02\x10\x00\x04"
		    "port",
		    ""),
		ROW("\x02\x20\x00\x04"
		    "rack",
		    ""),
		ROW("\x01\x00\x00\x04"
		    "\x01\x02\x03\x04",
		    ""), /* binary */
		ROW("\x02\x00\x00\x05"
		    "disk",
		    ""), /* cut off */
#undef ROW
	};
	char page[8 + 255] = "\x00\x83\x00\x00\x02\x00\x00";
	struct diskid id = { .kind = DISKID_SCSI };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(&id, 0, sizeof(id));
		id.kind = DISKID_SCSI;
		diskid_parse_vpd(&id, (struct span){ (const uint8_t *)rows[i].page, rows[i].len });
		assert_string_equal(id.serial, rows[i].serial);
		assert_int_equal(id.kind, DISKID_SCSI);
	}
	for (int len = DISKID_SERIAL_MAX - 2; len < 256; len++) {
		memset(page + 8, 'x', 255);
		page[7] = (char)len;
		id.serial[0] = '\0';
		diskid_parse_vpd(&id, (struct span){ (const uint8_t *)page, 8 + (size_t)len });
		assert_int_equal(strlen(id.serial), len < DISKID_SERIAL_MAX ? len : 0);
	}
}

static void a_disk_on_usb_has_the_name_of_its_plug(void **state)
{
	static const struct {
		struct diskid_usb usb;
		const char *name;
	} rows[] = {
		{ { "QEMU    ", "QEMU HARDDISK   ", "1-0000:00:04.0-4.2", "../../../2:0:0:0" },
		  "QEMU_QEMU_HARDDISK_1-0000:00:04.0-4.2-0:0" },
		{ { "SanDisk ", "Ultra           ", "4C53", "12:0:3:15" },
		  "SanDisk_Ultra_4C53-3:15" },
		{ { "SanDisk ", "Ultra           ", "", "2:0:0:0" }, "SanDisk_Ultra-0:0" },
		{ { "a b/c", "d\\e", "1,2", "2:0:0:0" }, "a_b_c_d_e-0:0" },
		{ { "v", "m", "\xc3\xa4", "2:0:0:0" }, "v_m-0:0" },
		{ { "v", "m", "\t", "2:0:0:0" }, "v_m-0:0" },
		{ { "TEAC", "FD-05PUB", "" }, "TEAC_FD-05PUB" },
		{ { "v", "m", "s", "2:0" }, "v_m_s" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct diskid id = { .kind = i % 2 ? DISKID_SCSI : DISKID_ATA };

		diskid_add_usb(&id, &rows[i].usb);
		assert_string_equal(id.usb, rows[i].name);
		assert_int_equal(id.kind, i % 2 ? DISKID_USB : DISKID_ATA);
	}
}

static void add(const char *path, const char *text)
{
	fake_file(path, text, strlen(text));
}

static int is(const struct device *device, const char *root)
{
	struct rootspec spec;

	assert_int_equal(rootspec_parse(root, &spec), 0);
	return device_has_id(device, &spec);
}

static void a_disk_answers_to_what_sysfs_says_of_it(void **state)
{
	static const char page[] = "\x00\x83\x00\x48" VPD_ATA;
	struct device disk = { .name = "sda" }, part = { .name = "sda2", .disk = "sda", .part = 2 },
		      other = { .name = "sdb" }, card = { .name = "mmcblk0" };

	(void)state;
	fake_reset();
	add("/sys/class/block/sda/device/vendor", "ATA     \n");
	add("/sys/class/block/sda/device/wwid", ATA "\n");
	assert_int_equal(is(&disk, "WWID=" ATA), 1);
	fake_reset();
	add("/sys/class/block/sda/device/vendor", "ATA     \n");
	add("/sys/class/block/sda/device/wwid", ATA "\n");
	assert_int_equal(is(&disk, "WWID=\"t10.ATA QEMU HARDDISK QM00001\""), 1);
	for (int i = 0; i < 2; i++) {
		static const char *const names[] = {
			"/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001",
			"/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001-part2"
		};

		fake_reset();
		add("/sys/class/block/sda/device/vendor", "ATA     \n");
		add("/sys/class/block/sda/device/wwid", ATA "\n");
		fake_file("/sys/class/block/sda/device/vpd_pg83", page, sizeof(page) - 1);
		assert_int_equal(is(&disk, names[i]), i == 0);
		assert_int_equal(is(&part, names[i]), i == 1);
	}
	fake_reset();
	add("/sys/class/block/mmcblk0/device/cid", "aa585951454d552101deadbeef006200\n");
	add("/sys/class/block/mmcblk0/device/name", "QEMU!\n");
	add("/sys/class/block/mmcblk0/device/serial", "0xdeadbeef\n");
	assert_int_equal(is(&card, "/dev/disk/by-id/mmc-QEMU__0xdeadbeef"), 1);
	assert_int_equal(is(&card, "WWID=aa585951454d552101deadbeef006200"), 1);
	assert_int_equal(is(&other, "WWID=" ATA), 0);
	assert_int_equal(is(&other, "/dev/disk/by-id/x"), 0);
}

#define SCSI_DISK "/sys/class/block/sdb/device"
#define USB_PLUG SCSI_DISK "/../../../"

/* What a disk on USB says by SCSI, and what its plug says. */
static void a_disk_on_usb_answers_to_its_plug(void **state)
{
	static const struct {
		const char *subclass, *vendor, *model, *manufacturer, *product, *name;
	} rows[] = {
		{ "06\n", "QEMU    \n", "QEMU HARDDISK   \n", "Q\n", "P\n",
		  "QEMU_QEMU_HARDDISK_S1-0:1" },
		{ "02\n", "QEMU    \n", "QEMU HARDDISK   \n", "Q\n", "P\n",
		  "QEMU_QEMU_HARDDISK_S1-0:1" },
		{ "06\n", "        \n", "                \n", "My Maker\n", "My Stick\n",
		  "My_Maker_My_Stick_S1-0:1" },
		{ "06\n", "        \n", "                \n", "", "", "0781_5581_S1-0:1" },
		{ "04\n", "TEAC    \n", "FD-05PUB        \n", "TEACV0.0\n", "UF000x\n",
		  "TEACV0.0_UF000x_S1" },
	};
	struct device disk = { .name = "sdb" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct diskid id;

		fake_reset();
		add(SCSI_DISK, "../../../7:0:0:1");
		add(SCSI_DISK "/vendor", rows[i].vendor);
		add(SCSI_DISK "/model", rows[i].model);
		add(USB_PLUG "bInterfaceSubClass", rows[i].subclass);
		add(USB_PLUG "../manufacturer", rows[i].manufacturer);
		add(USB_PLUG "../product", rows[i].product);
		add(USB_PLUG "../serial", "S1\n");
		add(USB_PLUG "../idVendor", "0781\n");
		add(USB_PLUG "../idProduct", "5581\n");
		device_id(&disk, &id);
		assert_string_equal(id.usb, rows[i].name);
		assert_int_equal(id.kind, DISKID_USB);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_encoded_as_udev_does),
		cmocka_unit_test(words_of_devices_have_no_blanks),
		cmocka_unit_test(a_disk_has_the_names_that_udev_gives_it),
		cmocka_unit_test(a_disk_of_ata_says_so_in_its_vital_product_data),
		cmocka_unit_test(a_disk_of_scsi_without_a_better_name_has_its_makers),
		cmocka_unit_test(a_disk_on_usb_has_the_name_of_its_plug),
		cmocka_unit_test(a_disk_on_usb_answers_to_its_plug),
		cmocka_unit_test(a_disk_answers_to_what_sysfs_says_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
