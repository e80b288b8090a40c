/* test_diskid.c - names of disks, as udev makes links of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/devices.h"
#include "init/pure/format.h"
#include "init/pure/rootspec.h"
#include "init/pure/udevname.h"
#include "tests/unit/fake_sys.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Page 0x83 of a disk of ATA: a serial number, model and serial number, the WWN. */
#define VPD_SERIAL "\x02\x00\x00\x14QM00001             "
#define VPD_ATA "\x02\x01\x00\x44" "ATA     QEMU HARDDISK                           QM00001             "
#define VPD_WWN "\x01\x03\x00\x08\x50\x00\xc5\x00\x15\xea\x71\xac"
#define ATA "t10.ATA     QEMU HARDDISK                           QM00001             "

void sysfs_name(char *path, size_t size, const char *name, const char *file)
{
	format_text(path, size, "/sys/class/block/%s/%s", name, file);
}

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
		{ "  QEMU  NVMe Ctrl  ", "QEMU_NVMe_Ctrl" }, { "a/b\\c", "a_b_c" }, { " ", "" },
		{ "", "" },				     { "a\t\n b", "a_b" },  { "x_ _y", "x___y" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(udevname_replace(text, sizeof(text), rows[i].text, strlen(rows[i].text)), 0);
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
		{ { DISKID_SCSI, "naa.5000c50015ea71ac" }, { "wwn-0x5000c50015ea71ac", "scsi-35000c50015ea71ac" } },
		{ { DISKID_SCSI, "eui.0011223344556677" }, { "scsi-20011223344556677" } },
		{ { DISKID_ATA, "naa.5000c50015ea71ac", "QEMU HARDDISK ", "QM1  " },
		  { "ata-QEMU_HARDDISK_QM1", "wwn-0x5000c50015ea71ac" } },
		{ { DISKID_ATA, ATA, "QEMU HARDDISK ", "QM1  " }, { "ata-QEMU_HARDDISK_QM1" } },
		{ { DISKID_ATA, "naa.5000c50015ea71ac", "QEMU HARDDISK ", "" }, { "wwn-0x5000c50015ea71ac" } },
		{ { DISKID_SCSI, "t10.QEMU" }, { NULL } },
		{ { DISKID_VIRTIO, "my disk" }, { "virtio-my_disk" } },
		{ { DISKID_MMC, "aa585951454d552101deadbeef006200", "QEMU!", "0xdeadbeef" }, { "mmc-QEMU__0xdeadbeef" } },
		{ { DISKID_MMC, "aa585951454d552101deadbeef006200", "", "0xdeadbeef" }, { NULL } },
		{ { DISKID_PATH, "pci-0000:00:1f.2-ata-1.0" }, { "pci-0000:00:1f.2-ata-1.0", "pci-0000:00:1f.2-ata-1" } },
		{ { DISKID_PATH, "pci-0000:00:03.0-nvme-1" }, { "pci-0000:00:03.0-nvme-1" } },
		{ { DISKID_VIRTIO_PATH, "pci-0000:00:03.0" }, { "pci-0000:00:03.0", "virtio-pci-0000:00:03.0" } },
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

	diskid_take_vpd(&id, (struct span){ (const uint8_t *)page, len });
	if (id.kind == DISKID_ATA) {
		assert_string_equal(id.model, "QEMU HARDDISK                           ");
		assert_string_equal(id.serial, "QM00001             ");
	}
	return id.kind;
}

static void a_disk_of_ata_says_so_in_its_vital_product_data(void **state)
{
	static const char page[] = "\x00\x83\x00\x6c" VPD_SERIAL VPD_ATA VPD_WWN;
	static const char first[] = "\x00\x83\x00\x48" VPD_ATA, other[] = "\x00\x83\x00\x48" VPD_WWN VPD_SERIAL;
	size_t len = sizeof(page) - 1, end_of_ata = len - 12;
	char scsi[sizeof(first)];

	(void)state;
	for (size_t cut = 0; cut <= len; cut++)
		assert_int_equal(kind_of(page, cut), cut < end_of_ata ? DISKID_SCSI : DISKID_ATA);
	assert_int_equal(kind_of(first, sizeof(first) - 1), DISKID_ATA);
	assert_int_equal(kind_of(other, sizeof(other) - 1), DISKID_SCSI);
	for (size_t i = 5; i < 16; i++) { /* another type, length or vendor; what is reserved says nothing */
		memcpy(scsi, first, sizeof(first));
		scsi[i]++;
		assert_int_equal(kind_of(scsi, sizeof(scsi) - 1), i == 6 ? DISKID_ATA : DISKID_SCSI);
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
	add("/sys/class/block/sda/device/wwid", ATA "\n");
	assert_int_equal(is(&disk, "WWID=" ATA), 1);
	fake_reset();
	add("/sys/class/block/sda/device/wwid", ATA "\n");
	assert_int_equal(is(&disk, "WWID=\"t10.ATA QEMU HARDDISK QM00001\""), 1);
	for (int i = 0; i < 2; i++) {
		static const char *const names[] = { "/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001",
						     "/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001-part2" };

		fake_reset();
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_encoded_as_udev_does),
		cmocka_unit_test(words_of_devices_have_no_blanks),
		cmocka_unit_test(a_disk_has_the_names_that_udev_gives_it),
		cmocka_unit_test(a_disk_of_ata_says_so_in_its_vital_product_data),
		cmocka_unit_test(a_disk_answers_to_what_sysfs_says_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
