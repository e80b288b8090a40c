// SPDX-License-Identifier: MIT
/* test_links.c - the links of /dev/disk: made, kept, and taken away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/device/links.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define UUID "11111111-2222-3333-4444-555555555555"

static struct boot boot;

static struct device *add(const char *name, unsigned int minor, const struct finding *finding)
{
	struct device *device = &boot.devices.all[boot.devices.count++];

	*device = (struct device){
		.major = 254, .minor = minor, .state = DEVICE_KNOWN, .finding = *finding
	};
	strcpy(device->name, name);
	return device;
}

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	fake_file("/proc/partitions", "", 0);
	fake_answer("open_uevents", 10, FAKE_ALWAYS); /* that empty file */
	return 0;
}

static int is_made(const char *link)
{
	return strstr(fake_calls, link) != NULL;
}

static void each_name_is_a_link(void **state)
{
	const struct finding root = { .found = FOUND_ONE,
				      .format = FORMAT_EXT4,
				      .uuid = UUID,
				      .label = "my /root",
				      .part_uuid = "abc-02",
				      .part_label = "Ä b" };
	struct device *device = add("vda2", 2, &root);

	(void)state;
	strcpy(device->disk, "vda");
	device->part = 2;
	fake_file("/sys/class/block/vda/serial", "S 1\n", 4);
	fake_file("/sys/class/block/vda", "../../devices/0000:00:05.0/virtio0/block/vda", 44);
	fake_file("/sys/class/block/../../devices/0000:00:05.0/subsystem", "../../bus/pci", 13);
	fake_file("/sys/class/block/../../devices/0000:00:05.0/virtio0/subsystem",
		  "../../../bus/virtio", 19);
	links_make(&boot.links, &boot.devices);
	assert_true(is_made("mkdir /dev/disk\nmkdir /dev/disk/by-uuid\n"));
	assert_true(is_made("symlink ../../vda2 /dev/disk/by-uuid/" UUID "\n"));
	assert_true(is_made("symlink ../../vda2 /dev/disk/by-label/my\\x20\\x2froot\n"));
	assert_true(is_made("symlink ../../vda2 /dev/disk/by-partuuid/abc-02\n"));
	assert_true(is_made("symlink ../../vda2 /dev/disk/by-partlabel/Ä\\x20b\n"));
	assert_true(is_made("symlink ../../vda2 /dev/disk/by-id/virtio-S_1-part2\n"));
	assert_true(is_made("symlink ../../vda2 /dev/disk/by-path/pci-0000:00:05.0-part2\n"));
	assert_true(
		is_made("symlink ../../vda2 /dev/disk/by-path/virtio-pci-0000:00:05.0-part2\n"));
	assert_ptr_equal(boot.devices.first, &boot.links.subscriber);
}

static void what_is_no_content_has_no_name(void **state)
{
	static const struct {
		struct finding finding;
		int has_link;
	} rows[] = {
		{ { .found = FOUND_ONE, .format = FORMAT_EXT4, .uuid = "u" }, 1 },
		{ { .found = FOUND_ONE, .format = FORMAT_SWAP, .uuid = "u" }, 1 },
		{ { .found = FOUND_ONE, .format = FORMAT_LUKS2, .uuid = "u" }, 1 },
		{ { .found = FOUND_ONE, .format = FORMAT_LVM2, .uuid = "u" }, 0 },
		{ { .found = FOUND_ONE, .format = FORMAT_MD, .uuid = "u" }, 0 },
		{ { .found = FOUND_ONE, .format = FORMAT_GPT, .uuid = "u" }, 0 },
		{ { .found = FOUND_DAMAGED, .format = FORMAT_EXT4, .uuid = "u" }, 0 },
		{ { .found = FOUND_SEVERAL, .format = FORMAT_EXT4, .uuid = "u" }, 0 },
		{ { .found = FOUND_ONE, .format = FORMAT_EXT4, .label = ".." }, 0 },
		{ { .found = FOUND_ONE, .format = FORMAT_EXT4 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		add("vda", 0, &rows[i].finding);
		links_make(&boot.links, &boot.devices);
		if (is_made("symlink") != rows[i].has_link)
			fail_msg("row %zu: %s", i, fake_calls);
	}
}

/* The kernel keeps the first link of a name: so the lowest number comes first. */
static void the_lowest_number_is_linked_first(void **state)
{
	const struct finding twin = { .found = FOUND_ONE, .format = FORMAT_EXT4, .uuid = UUID };
	const char *first, *second;

	(void)state;
	add("vdb", 16, &twin);
	add("vda", 0, &twin);
	links_make(&boot.links, &boot.devices);
	first = strstr(fake_calls, "symlink ../../vda ");
	second = strstr(fake_calls, "symlink ../../vdb ");
	assert_true(first && second && first < second);
}

static void report(enum changes changes)
{
	fake_reset();
	fake_file("uevents", "", 0);
	fake_dir("/dev/disk", (const char *const[]){ "by-uuid/", NULL });
	fake_dir("/dev/disk/by-uuid", (const char *const[]){ "gone", "there", NULL });
	fake_answer("stat /dev/disk/by-uuid/gone", -2, FAKE_ALWAYS);
	fake_answer("mkdir /dev/disk", -17, FAKE_ALWAYS);
	boot.devices.changes = changes;
	devices_go_on(&boot.devices);
}

static void links_to_what_went_are_taken_away(void **state)
{
	const struct finding root = { .found = FOUND_ONE, .format = FORMAT_EXT4, .uuid = UUID };

	(void)state;
	add("vda", 0, &root);
	links_make(&boot.links, &boot.devices);
	report(NO_CHANGES);
	assert_string_equal(fake_calls, "");
	report(DEVICES_CHANGED);
	assert_true(is_made("unlink /dev/disk/by-uuid/gone\n"));
	assert_false(is_made("unlink /dev/disk/by-uuid/there\n"));
	assert_true(is_made("symlink ../../vda /dev/disk/by-uuid/" UUID "\n"));
	assert_int_equal(boot.devices.changes, NO_CHANGES);
	report(CONTENT_CHANGED);
	assert_true(is_made("unlink by-uuid\n"));
}

static bool never(void *unused)
{
	(void)unused;
	return false;
}

/* A device that hangs gets its links later, and others that come with it when a second is over. */
static void a_program_does_not_wait_for_links(void **state)
{
	const struct finding root = { .found = FOUND_ONE, .format = FORMAT_EXT4, .uuid = UUID };
	struct device *device = add("vda", 0, &root);

	(void)state;
	links_make(&boot.links, &boot.devices);
	device->state = DEVICE_PROBING;
	report(DEVICES_CHANGED);
	assert_false(is_made("symlink"));
	assert_int_equal(boot.devices.changes, DEVICES_CHANGED);
	add("vdb", 16, &root);
	loop_run(&boot.loop, never, NULL, 999);
	assert_false(is_made("symlink"));
	loop_run(&boot.loop, never, NULL, 1001);
	assert_true(is_made("symlink ../../vdb /dev/disk/by-uuid/" UUID "\n"));
	assert_false(is_made("symlink ../../vda"));
	devices_go_on(&boot.devices);
	assert_int_equal(boot.devices.changes, NO_CHANGES);
	device->state = DEVICE_KNOWN;
	devices_go_on(&boot.devices);
	assert_true(is_made("symlink ../../vda /dev/disk/by-uuid/" UUID "\n"));
}

/* As with a CD drive, which tells of its medium while its links are not made yet. */
static void a_change_before_the_first_links_is_no_error(void **state)
{
	const struct finding root = { .found = FOUND_ONE, .format = FORMAT_EXT4, .uuid = UUID };

	(void)state;
	add("vda", 0, &root);
	boot.devices.changes = CONTENT_CHANGED;
	links_make(&boot.links, &boot.devices);
	assert_true(is_made("symlink ../../vda /dev/disk/by-uuid/" UUID "\n"));
	assert_string_equal(fake_console, "");
}

static void a_name_that_no_file_can_have_is_said(void **state)
{
	struct finding odd = { .found = FOUND_ONE, .format = FORMAT_BTRFS };

	(void)state;
	memset(odd.label, ' ', 100);
	add("vda", 0, &odd);
	links_make(&boot.links, &boot.devices);
	assert_false(is_made("symlink"));
	assert_non_null(
		strstr(fake_console, "no link in /dev/disk/by-label to vda: the name is too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_name_is_a_link, reset),
		cmocka_unit_test_setup(what_is_no_content_has_no_name, reset),
		cmocka_unit_test_setup(the_lowest_number_is_linked_first, reset),
		cmocka_unit_test_setup(a_program_does_not_wait_for_links, reset),
		cmocka_unit_test_setup(links_to_what_went_are_taken_away, reset),
		cmocka_unit_test_setup(a_change_before_the_first_links_is_no_error, reset),
		cmocka_unit_test_setup(a_name_that_no_file_can_have_is_said, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
