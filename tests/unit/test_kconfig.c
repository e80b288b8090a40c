// SPDX-License-Identifier: MIT
/* test_kconfig.c - what a kernel's configuration says, and that half of one says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tools/lib/kernel/kernel_config.h"

static const char text[] = "#\n# Automatically generated file; DO NOT EDIT.\n"
			   "# Linux/x86 6.1.192 Kernel Configuration\n#\n"
			   "CONFIG_CC_VERSION_TEXT=\"gcc 12\"\nCONFIG_64BIT=y\nCONFIG_EXT4_FS=m\n"
			   "# CONFIG_XFS_FS is not set\nCONFIG_EMPTY=\"\"\nCONFIG_HZ=250\n"
			   "CONFIG_TWICE=y\nCONFIG_TWICE=n\nCONFIG_ODD=\"\n";

static struct span span_of(const char *from)
{
	return (struct span){ (const uint8_t *)from, strlen(from) };
}

static void a_symbol_is_what_its_line_says(void **state)
{
	struct span whole = span_of(text), value;

	(void)state;
	assert_int_equal(kconfig_get(whole, "64BIT", NULL), KCONFIG_Y);
	assert_int_equal(kconfig_get(whole, "EXT4_FS", NULL), KCONFIG_M);
	assert_int_equal(kconfig_get(whole, "XFS_FS", NULL), KCONFIG_N);
	assert_int_equal(kconfig_get(whole, "TWICE", NULL), KCONFIG_N);
	assert_int_equal(kconfig_get(whole, "CC_VERSION_TEXT", &value), KCONFIG_TEXT);
	assert_int_equal(value.len, 6);
	assert_memory_equal(value.data, "gcc 12", 6);
	assert_int_equal(kconfig_get(whole, "HZ", &value), KCONFIG_TEXT);
	assert_memory_equal(value.data, "250", 3);
	assert_int_equal(kconfig_get(whole, "EMPTY", &value), KCONFIG_TEXT);
	assert_int_equal(value.len, 0);
	assert_int_equal(kconfig_get(whole, "ODD", NULL), KCONFIG_TEXT);
}

static void a_part_of_a_name_is_another_name(void **state)
{
	(void)state;
	assert_int_equal(kconfig_get(span_of(text), "EXT4", NULL), KCONFIG_N);
	assert_int_equal(kconfig_get(span_of(text), "EXT4_FS_XATTR", NULL), KCONFIG_N);
	assert_int_equal(kconfig_get(span_of(text), "XT4_FS", NULL), KCONFIG_N);
}

static void what_is_not_whole_says_nothing(void **state)
{
	static const char *const parts[] = { "", "\n", "hello\n", "CONFIG_64BIT=y\n",
					     "CONFIG_64BIT=y\nCONFIG_CC_VERSION_TEXT=\"x\"" };

	(void)state;
	assert_int_equal(kconfig_get((struct span){ NULL, 0 }, "64BIT", NULL), KCONFIG_UNKNOWN);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		assert_int_equal(kconfig_get(span_of(parts[i]), "64BIT", NULL), KCONFIG_UNKNOWN);
		assert_int_equal(kconfig_get(span_of(parts[i]), "XFS_FS", NULL), KCONFIG_UNKNOWN);
	}
}

static void no_truncation_is_read_outside(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		char *copy = malloc(len ? len : 1);
		struct span value;

		memcpy(copy, text, len);
		kconfig_get((struct span){ (uint8_t *)copy, len }, "HZ", &value);
		kconfig_release((struct span){ (uint8_t *)copy, len });
		free(copy);
	}
}

static void the_header_names_a_release(void **state)
{
	struct span release = kconfig_release(span_of(text));

	(void)state;
	assert_int_equal(release.len, 7);
	assert_memory_equal(release.data, "6.1.192", 7);
	assert_null(kconfig_release(span_of("# Kernel Configuration\n")).data);
	assert_null(kconfig_release(span_of(" Kernel Configuration\n")).data);
	assert_null(kconfig_release(span_of("")).data);
}

static void the_embedded_one_stands_between_its_marks(void **state)
{
	struct span found = kconfig_embedded(span_of("xxIKCFG_STpackedIKCFG_EDxx"));

	(void)state;
	assert_int_equal(found.len, 6);
	assert_memory_equal(found.data, "packed", 6);
	assert_null(kconfig_embedded(span_of("IKCFG_STpacked")).data);
	assert_null(kconfig_embedded(span_of("packedIKCFG_ED")).data);
	assert_null(kconfig_embedded((struct span){ NULL, 0 }).data);
	assert_int_equal(kconfig_embedded(span_of("IKCFG_STIKCFG_ED")).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_symbol_is_what_its_line_says),
		cmocka_unit_test(a_part_of_a_name_is_another_name),
		cmocka_unit_test(what_is_not_whole_says_nothing),
		cmocka_unit_test(no_truncation_is_read_outside),
		cmocka_unit_test(the_header_names_a_release),
		cmocka_unit_test(the_embedded_one_stands_between_its_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
