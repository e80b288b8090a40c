// SPDX-License-Identifier: MIT
/* test_kmsg.c - firmware that the kernel's log says is missing, and how the report names it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/kmsg.h"
#include "init/root/root.h"
#include "tests/unit/fake_sys.h"

#define ASKED "4,812,5012345,-;iwlwifi 0000:02:00.0: Direct firmware load for "

static void records_of_missing_firmware_are_known(void **state)
{
	static const struct {
		const char *record, *device, *name; /* NULL: none */
	} rows[] = {
		{ ASKED
		  "a/b-29.ucode failed with error -2\n SUBSYSTEM=pci\n DEVICE=+pci:0000:02:00.0\n",
		  "iwlwifi 0000:02:00.0", "a/b-29.ucode" },
		{ "3,1,2,c;tg3 0000:01:00.0: Direct firmware load for x y failed with error -2",
		  "tg3 0000:01:00.0", "x y" },
		{ ASKED "a failed with error -22\n", NULL, NULL },
		{ ASKED " failed with error -2\n", NULL, NULL },
		{ ASKED "a\n", NULL, NULL },
		{ "4,1,2,-;: Direct firmware load for a failed with error -2\n", NULL, NULL },
		{ "12,1,2,-;x: Direct firmware load for a failed with error -2\n", NULL, NULL },
		{ "4294967300,1,2,-;x: Direct firmware load for a failed with error -2\n", NULL,
		  NULL },
		{ "x: Direct firmware load for a failed with error -2\n", NULL, NULL },
		{ ",;x: Direct firmware load for a failed with error -2\n", NULL, NULL },
		{ "4;x: Direct firmware load for a failed with error -2\n", NULL, NULL },
		{ "4,1,2,-;x\n a: Direct firmware load for a failed with error -2\n", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span record = { (const uint8_t *)rows[i].record, strlen(rows[i].record) };
		struct kmsg_firmware found;

		if (kmsg_firmware(record, &found) != (rows[i].name != NULL))
			fail_msg("%s", rows[i].record);
		if (!rows[i].name)
			continue;
		assert_int_equal(found.name.len, strlen(rows[i].name));
		assert_memory_equal(found.name.data, rows[i].name, found.name.len);
		assert_int_equal(found.device.len, strlen(rows[i].device));
		assert_memory_equal(found.device.data, rows[i].device, found.device.len);
	}
}

/* The fake gives all of a file at once: one record. What the loop does with errors stands before
 * it. */
static void the_report_names_it_and_its_cure(void **state)
{
	static const char record[] = ASKED "a.bin failed with error -2\n SUBSYSTEM=pci\n";

	(void)state;
	fake_reset();
	fake_file("/dev/kmsg", record, sizeof(record) - 1);
	root_firmware_report();
	assert_non_null(strstr(fake_console, "no firmware a.bin for iwlwifi 0000:02:00.0\n"));
	assert_non_null(strstr(fake_console,
			       "hint: `firmware a.bin` in a recipe puts it into the image\n"));
}

static void a_log_without_such_records_says_nothing(void **state)
{
	(void)state;
	fake_reset();
	root_firmware_report();
	fake_file("/dev/kmsg", "6,1,2,-;hello\n", 14);
	root_firmware_report();
	assert_string_equal(fake_console, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_missing_firmware_are_known),
		cmocka_unit_test(a_log_without_such_records_says_nothing),
		cmocka_unit_test(the_report_names_it_and_its_cure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
