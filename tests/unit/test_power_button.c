// SPDX-License-Identifier: MIT
/* test_power_button.c - which input devices are watched, and what a press of the button does. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/keybits.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define KEYS(name) "/sys/class/input/" name "/device/capabilities/key"
#define POWER_KEY "10000000000000 0\n"
#define MOUSE "1f0000 0 0 0 0\n"
#define PRESS                          \
	{                              \
		[16] = 1, 0, 116, 0, 1 \
	}
#define ADDED "add@/x\0ACTION=add\0SUBSYSTEM=input\0DEVNAME=input/event7\0"

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	new_boot_of_app(&boot);
	fake_child_ms = 1000;
	return 0;
}

static void keys_are_read_from_the_lowest_word(void **state)
{
	static const struct {
		const char *text;
		unsigned int key;
		bool has;
	} rows[] = {
		{ "10000000000000 0", 116, true },
		{ "10000000000000 0", 115, false },
		{ "10000000000000 0", 52, false },
		{ "10000000000000", 116, false },
		{ "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe", 116, true },
		{ "1 0 10000000000000 0", 116, true },
		{ "1 0", 64, true },
		{ "8000000000000000", 63, true },
		{ "", 116, false },
		{ "", 0, false },
		{ " ", 116, false },
		{ "x0000000000000 0", 116, false },
		{ "1g 0", 64, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (keybits_has(rows[i].text, rows[i].key) != rows[i].has)
			fail_msg("\"%s\" and key %u", rows[i].text, rows[i].key);
}

static void only_a_press_of_the_key_is_one(void **state)
{
	static const struct {
		uint8_t bytes[2 * KEY_EVENT_SIZE];
		size_t len;
		bool is_press;
	} rows[] = {
		{ PRESS, KEY_EVENT_SIZE, true },
		{ { [16] = 1, 0, 116, 0, 0 }, KEY_EVENT_SIZE, false }, /* released */
		{ { [16] = 1, 0, 116, 0, 2 }, KEY_EVENT_SIZE, false }, /* repeated */
		{ { [16] = 1, 0, 115, 0, 1 }, KEY_EVENT_SIZE, false }, /* another key */
		{ { [16] = 2, 0, 116, 0, 1 }, KEY_EVENT_SIZE, false }, /* no key at all */
		{ PRESS, KEY_EVENT_SIZE - 1, false },
		{ PRESS, 0, false },
		{ { [40] = 1, 0, 116, 0, 1 }, 2 * KEY_EVENT_SIZE, true },
		{ { [40] = 1, 0, 116, 0, 1 }, 2 * KEY_EVENT_SIZE - 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(keybits_pressed((struct span){ rows[i].bytes, rows[i].len }, 116),
				 rows[i].is_press);
}

static void a_press_asks_the_machine_to_end(void **state)
{
	static const char *const names[] = { "event0/", "event1/", "input0/", "mice/", NULL };
	static const uint8_t press[KEY_EVENT_SIZE] = PRESS;

	(void)state;
	fake_dir("/sys/class/input", names);
	fake_file(KEYS("event0"), MOUSE, sizeof(MOUSE) - 1);
	fake_file(KEYS("event1"), POWER_KEY, sizeof(POWER_KEY) - 1);
	fake_file("/dev/input/event1", press, sizeof(press));
	assert_int_equal(power_button_watch(&boot), 0);
	assert_int_equal(appliance(&boot), 0);
	assert_null(strstr(fake_asked, "open /dev/input/event0"));
	assert_int_equal(boot.stop.requests, 1);
	assert_non_null(strstr(fake_console, "power button: the machine ends"));
	assert_string_equal(strstr(fake_calls, "kill "), "kill 42 15\nkill 42 18\n");
}

static void a_button_that_comes_while_the_program_runs_counts(void **state)
{
	static const uint8_t press[KEY_EVENT_SIZE] = PRESS;

	(void)state;
	fake_file("uevents", ADDED, sizeof(ADDED) - 1);
	fake_file(KEYS("event7"), POWER_KEY, sizeof(POWER_KEY) - 1);
	fake_file("/dev/input/event7", press, sizeof(press));
	fake_answer("open_uevents", 10, FAKE_ALWAYS);
	devices_open(&boot.devices);
	assert_int_equal(power_button_watch(&boot), 0);
	assert_int_equal(boot.stop.requests, 0);
	assert_int_equal(appliance(&boot), 0);
	assert_int_equal(boot.stop.requests, 1);
}

static void nothing_waits_for_a_button(void **state)
{
	(void)state;
	assert_int_equal(power_button_watch(&boot), 0);
	assert_int_equal(sys_clock_ms(), 0);
	assert_string_equal(fake_console, "");
}

static void a_button_that_cannot_be_opened_is_named(void **state)
{
	static const char *const names[] = { "event1/", NULL };

	(void)state;
	fake_dir("/sys/class/input", names);
	fake_file(KEYS("event1"), POWER_KEY, sizeof(POWER_KEY) - 1);
	fake_answer("open /dev/input/event1", -EACCES, 1);
	assert_int_equal(power_button_watch(&boot), 0);
	assert_non_null(strstr(fake_console, "watch the power button: /dev/input/event1: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read_from_the_lowest_word),
		cmocka_unit_test(only_a_press_of_the_key_is_one),
		cmocka_unit_test_setup(a_press_asks_the_machine_to_end, reset),
		cmocka_unit_test_setup(a_button_that_comes_while_the_program_runs_counts, reset),
		cmocka_unit_test_setup(nothing_waits_for_a_button, reset),
		cmocka_unit_test_setup(a_button_that_cannot_be_opened_is_named, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
