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
		{ { DISKID_SCSI, ATA }, { "ata-QEMU_HARDDISK_QM00001" } },
		{ { DISKID_SCSI, "t10.ATA     short" }, { NULL } },
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
		assert_int_equal(is(&disk, names[i]), i == 0);
		fake_reset();
		add("/sys/class/block/sda/device/wwid", ATA "\n");
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
		cmocka_unit_test(a_disk_answers_to_what_sysfs_says_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
