// SPDX-License-Identifier: MIT
/* test_layer.c - the table of layers: one row for each format that is not simply mounted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/finding.h"
#include "init/pure/layer.h"

static char text[100];

static void what_is_no_file_system_has_one_row(void **state)
{
	(void)state;
	for (unsigned int format = FORMAT_NONE + 1; format < FORMAT_COUNT; format++) {
		unsigned int rows = 0;

		for (unsigned int i = 0; i < layer_count; i++)
			rows += format >= layer_table[i].first && format <= layer_table[i].last;
		if (format_info(format).use == USE_FILE_SYSTEM ? rows > 1 : rows != 1)
			fail_msg("%s has %u rows", format_info(format).title, rows);
	}
}

static void a_file_system_is_never_refused(void **state)
{
	(void)state;
	for (unsigned int format = 0; format < FORMAT_COUNT; format++)
		if (format_info(format).use == USE_FILE_SYSTEM || format == FORMAT_NONE)
			assert_false(layer_refusal(layer_of(format), text, sizeof(text)));
	assert_string_equal(text, "");
}

static void a_refusal_names_what_is_there(void **state)
{
	static const struct {
		enum format format;
		const char *says;
	} rows[] = {
		{ FORMAT_LUKS1, "encrypted, and this /init opens no LUKS" },
		{ FORMAT_LUKS2, "encrypted, and this /init opens no LUKS" },
		{ FORMAT_LVM2, "a part of LVM volumes, which this /init does not assemble" },
		{ FORMAT_MD, "a part of a software RAID, which this /init does not assemble" },
		{ FORMAT_NVIDIA, "a part of a firmware RAID, which this /init does not assemble" },
		{ FORMAT_SWAP, "swap space" },
		{ FORMAT_MBR, "a disk with partitions: name one of them" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(layer_refusal(layer_of(rows[i].format), text, sizeof(text)));
		assert_string_equal(text, rows[i].says);
	}
}

static void a_path_names_what_makes_it(void **state)
{
	static const struct {
		const char *path, *product;
	} rows[] = {
		{ "/dev/mapper/vg-root", "a volume of LVM or an encrypted device" },
		{ "/dev/md0", "a RAID that mdadm assembles" },
		{ "/dev/md/root", "a RAID that mdadm assembles" },
		{ "/dev/nfs", "a root on NFS" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(layer_text(layer_of_path(rows[i].path), LAYER_PRODUCT),
				    rows[i].product);
	assert_null(layer_of_path("/dev/vda1"));
	assert_null(layer_of_path("/dev/m"));
	assert_string_equal(layer_text(NULL, LAYER_PRODUCT), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_file_system_has_one_row),
		cmocka_unit_test(a_file_system_is_never_refused),
		cmocka_unit_test(a_refusal_names_what_is_there),
		cmocka_unit_test(a_path_names_what_makes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
