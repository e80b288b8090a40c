// SPDX-License-Identifier: MIT
/* test_boot_partition.c - root=gpt-auto on the disk that was booted from, where the loader tells
 * which. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/efivar.h"
#include "init/root/root.h"
#include "init/wire/wire.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define TYPE_ROOT "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"
#define ESP "11111111-2222-3333-4444-55555555abcd"
#define VARIABLE "/sys/firmware/efi/efivars/" EFIVAR_BOOT_PARTITION

static struct boot boot;
static uint8_t bytes[EFIVAR_MAX];

void wire_report(const char *format, ...)
{
	(void)format;
}

static struct span variable(const char *text)
{
	size_t len = 4;

	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 7;
	for (; *text; text++, len += 2)
		bytes[len] = (uint8_t)*text;
	return (struct span){ bytes, len };
}

static void a_variable_is_read(void **state)
{
	static const char *const wrong[] = { "", "1111", ESP "0",
					     "11111111-2222-3333-4444-55555555abcg",
					     "11111111_2222-3333-4444-55555555abcd" };
	char uuid[FINDING_UUID_MAX];
	struct span text = variable("11111111-2222-3333-4444-55555555ABCD");

	(void)state;
	assert_int_equal(efivar_uuid(text, uuid), 0);
	assert_string_equal(uuid, ESP);
	text.len += 2; /* its NUL */
	assert_int_equal(efivar_uuid(text, uuid), 0);
	text.len = 3;
	assert_int_equal(efivar_uuid(text, uuid), -EINVAL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(efivar_uuid(variable(wrong[i]), uuid), -EINVAL);
		assert_string_equal(uuid, "");
	}
}

static void add(const char *name, const char *disk, unsigned int minor, const char *uuid,
		const char *type)
{
	struct device *device = &boot.devices.all[boot.devices.count++];

	*device = (struct device){
		.major = 8, .minor = minor, .part = minor % 16, .state = DEVICE_KNOWN
	};
	strcpy(device->name, name);
	strcpy(device->disk, disk);
	strcpy(device->finding.part_uuid, uuid);
	strcpy(device->finding.part_type, type);
}

/* The one with the lower number is a decoy. */
static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	boot.settings.timeout_s = 1;
	boot.settings.root = "gpt-auto";
	fake_file("/proc/partitions", "", 0);
	add("sda2", "sda", 2, "a", TYPE_ROOT);
	add("sdb1", "sdb", 17, ESP, "esp");
	add("sdb2", "sdb", 18, "b", TYPE_ROOT);
	return 0;
}

static void is_firmware(const char *esp)
{
	struct span text = variable(esp);

	fake_file("/sys/firmware/efi", "", 0);
	fake_file(VARIABLE, text.data, text.len);
}

static void the_disk_that_was_booted_from_is_searched(void **state)
{
	(void)state;
	is_firmware(ESP);
	assert_int_equal(root_find(&boot), 0);
	assert_string_equal(boot.root.source.device, "/dev/sdb2");
	assert_non_null(strstr(
		fake_calls,
		"mount efivarfs /sys/firmware/efi/efivars\numount /sys/firmware/efi/efivars\n"));
	assert_null(strstr(fake_console, "lower number"));
}

static void without_a_word_of_the_loader_all_are(void **state)
{
	(void)state;
	assert_int_equal(root_find(&boot), 0);
	assert_string_equal(boot.root.source.device, "/dev/sda2");
	assert_null(strstr(fake_calls, "efivarfs")); /* no EFI */
	reset(NULL);
	fake_file("/sys/firmware/efi", "", 0);
	assert_int_equal(root_find(&boot), 0);
	assert_string_equal(boot.root.source.device, "/dev/sda2");
	assert_non_null(strstr(fake_calls, "umount"));
}

static void what_cannot_be_read_is_said_and_all_are_searched(void **state)
{
	(void)state;
	is_firmware("nonsense");
	assert_int_equal(root_find(&boot), 0);
	assert_string_equal(boot.root.source.device, "/dev/sda2");
	assert_non_null(
		strstr(fake_console, "read LoaderDevicePartUUID (every disk is searched): "));
	reset(NULL);
	is_firmware(ESP);
	fake_answer("mount efivarfs", -ENODEV, FAKE_ALWAYS);
	assert_int_equal(root_find(&boot), 0);
	assert_string_equal(boot.root.source.device, "/dev/sda2");
	assert_non_null(
		strstr(fake_console,
		       "mount efivarfs on /sys/firmware/efi/efivars (every disk is searched): "));
}

static void another_disk_is_not_taken_instead(void **state)
{
	(void)state;
	is_firmware("99999999-2222-3333-4444-55555555abcd");
	assert_int_equal(root_find(&boot), -ETIMEDOUT);
	assert_non_null(strstr(fake_console,
			       "the disk that was booted from is searched: PARTUUID=99999999-"));
}

static void other_names_ask_no_firmware(void **state)
{
	(void)state;
	is_firmware(ESP);
	boot.settings.root = "PARTUUID=a";
	assert_int_equal(root_find(&boot), 0);
	assert_null(strstr(fake_calls, "efivarfs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variable_is_read),
		cmocka_unit_test_setup(the_disk_that_was_booted_from_is_searched, reset),
		cmocka_unit_test_setup(without_a_word_of_the_loader_all_are, reset),
		cmocka_unit_test_setup(what_cannot_be_read_is_said_and_all_are_searched, reset),
		cmocka_unit_test_setup(another_disk_is_not_taken_instead, reset),
		cmocka_unit_test_setup(other_names_ask_no_firmware, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
