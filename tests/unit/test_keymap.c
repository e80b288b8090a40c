// SPDX-License-Identifier: MIT
/* test_keymap.c - the console's keymap: set key by key, or left alone with a reason. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/boot.h"
#include "init/pure/keymap.h"
#include "tests/unit/fake_sys.h"

#define HEAD (7 + KEYMAP_TABLES)
#define LEN (HEAD + 2 * KEYMAP_KEYS * 2)

static struct boot boot;
static uint8_t file[LEN];

/* Tables 0 and 4; key 1 of 0 is 0x0b61, the last one of 4 is 0x0102. */
static int reset(void **state)
{
	(void)state;
	fake_reset();
	memset(&boot, 0, sizeof(boot));
	settings_defaults(&boot.settings);
	boot.settings.keymap = "/map";
	memset(file, 0, sizeof(file));
	memcpy(file, "bkeymap", 7);
	file[7] = file[7 + 4] = 1;
	memcpy(file + HEAD + 2, "\x61\x0b", 2);
	memcpy(file + LEN - 2, "\x02\x01", 2);
	fake_file("/map", file, LEN);
	fake_file("/dev/tty0", "", 0);
	return 0;
}

static void does_nothing_unless_asked(void **state)
{
	(void)state;
	boot.settings.keymap = NULL;
	assert_int_equal(keymap_load(&boot), 0);
	assert_string_equal(fake_calls, "");
	assert_string_equal(fake_console, "");
}

static void sets_every_key_of_every_table(void **state)
{
	struct keymap keymap;
	struct keymap_key key;

	(void)state;
	assert_int_equal(keymap_parse((struct span){ file, LEN }, &keymap), 0);
	assert_int_equal(keymap.count, 2);
	assert_int_equal(keymap_get(&keymap, 1, &key), 1);
	assert_int_equal(key.table << 24 | key.key << 16 | key.value, 0x00010b61);
	assert_int_equal(keymap_get(&keymap, 2 * KEYMAP_KEYS - 1, &key), 1);
	assert_int_equal(key.table << 24 | key.key << 16 | key.value, 0x047f0102);
	assert_int_equal(keymap_get(&keymap, 2 * KEYMAP_KEYS, &key), 0);
	assert_int_equal(keymap_load(&boot), 0);
	assert_non_null(strstr(fake_calls, "set_key 1 0 0 0\nset_key 1 0 1 b61\n"));
	assert_string_equal(fake_console, "");
}

static void passes_over_keys_that_the_kernel_does_not_know(void **state)
{
	(void)state;
	fake_answer("set_key 1 0 0 0", -EINVAL, 1);
	assert_int_equal(keymap_load(&boot), 0);
	assert_non_null(strstr(fake_calls, "set_key 1 0 1 b61\n"));
}

static void says_what_stands_in_the_way(void **state)
{
	static const struct {
		const char *call, *says;
		int error;
	} rows[] = {
		{ "open /map", "read /map: ", -EIO },
		{ "open /dev/tty0", "open /dev/tty0 for its keymap: ", -ENXIO },
		{ "set_key 1 0 1 b61", "set the keymap /map: ", -EPERM },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		reset(state);
		fake_answer(rows[i].call, rows[i].error, 1);
		assert_int_equal(keymap_load(&boot), rows[i].error);
		assert_non_null(strstr(fake_console, rows[i].says));
	}
	assert_null(strstr(fake_calls, "set_key 1 0 2"));
}

static void takes_nothing_that_is_no_keymap(void **state)
{
	struct keymap keymap;

	for (size_t len = 0; len < LEN; len++)
		assert_int_equal(keymap_parse((struct span){ file, len }, &keymap), -EINVAL);
	file[8] = 2;
	assert_int_equal(keymap_parse((struct span){ file, LEN }, &keymap), -EINVAL);
	reset(state);
	file[0] = 'B';
	fake_file("/other", file, LEN);
	boot.settings.keymap = "/other";
	assert_int_equal(keymap_load(&boot), -EINVAL);
	assert_non_null(
		strstr(fake_console, "read /other: not a binary keymap (make one by loadkeys -b)"));
	assert_null(strstr(fake_calls, "set_key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(does_nothing_unless_asked, reset),
		cmocka_unit_test_setup(sets_every_key_of_every_table, reset),
		cmocka_unit_test_setup(passes_over_keys_that_the_kernel_does_not_know, reset),
		cmocka_unit_test_setup(says_what_stands_in_the_way, reset),
		cmocka_unit_test_setup(takes_nothing_that_is_no_keymap, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
