// SPDX-License-Identifier: MIT
/* test_panic.c - what counts as a panic on the guest's console. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/machine/panic.h"

static struct panic_watch show(const char *text)
{
	struct panic_watch watch = { 0 };

	panic_watch_feed(&watch, (struct span){ (const uint8_t *)text, strlen(text) });
	return watch;
}

static void a_panic_is_found_behind_any_stamp(void **state)
{
	static const char *const stamps[] = { "", "[    1.234567] ", "[    1.234567][    T1] ",
					      "[12345.678901] [  C3] " };

	(void)state;
	for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
		char text[200] = "hello\n";
		struct panic_watch watch;

		strcat(strcat(text, stamps[i]), "Kernel panic - not syncing: why\r\n more\n");
		watch = show(text);
		assert_true(watch.shown && watch.at_line_start);
		assert_string_equal(watch.text, "Kernel panic - not syncing: why");
	}
}

static void a_panic_after_an_unfinished_line_is_found_but_is_in_doubt(void **state)
{
	struct panic_watch watch = show("/ # [    5.000000] Kernel panic - not syncing: why\n");

	(void)state;
	assert_true(watch.shown && !watch.at_line_start);
}

static void other_lines_are_none(void **state)
{
	static const char *const others[] = {
		"init: LABEL=Kernel panic - not syncing\n",
		"Kernel panic - not syncing",
		"[ x ] Kernel panic\n",
		"---[ end Kernel panic - not syncing: why ]---\n",
		"[\n[[[\n]\n\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(show(others[i]).shown);
	assert_false(show("[ LABEL=x] Kernel panic - not syncing\n").at_line_start);
}

static void an_orderly_end_after_it_says_that_it_was_none(void **state)
{
	(void)state;
	assert_false(show("Kernel panic - not syncing\n[    2.0] reboot: Power down\n").shown);
	assert_true(show("[    2.0] reboot: Power down\nKernel panic - not syncing\n").shown);
}

static void a_process_killed_for_memory_is_found_at_the_start_of_a_line(void **state)
{
	(void)state;
	assert_true(show("[    5.0][   T1] Out of memory: Killed process 7 (x)\n").killed);
	assert_false(show("Memory cgroup out of memory: Killed process 7 (x)\n").killed);
	assert_false(show("hello Out of memory: Killed process 7 (x)\n").killed);
}

static void the_last_of_several_counts(void **state)
{
	(void)state;
	assert_string_equal(
		show("Kernel panic - not syncing: fake\nKernel panic - not syncing: \033[2Jno\n")
			.text,
		"Kernel panic - not syncing: ?[2Jno");
}

static void pieces_of_any_size_and_lines_of_any_length_are_read(void **state)
{
	char text[2000];
	struct panic_watch watch = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	strcpy(text + 1000, "\nKernel panic - not syncing: why\n");
	for (size_t i = 0; text[i]; i++)
		panic_watch_feed(&watch, (struct span){ (const uint8_t *)text + i, 1 });
	assert_string_equal(watch.text, "Kernel panic - not syncing: why");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_panic_is_found_behind_any_stamp),
		cmocka_unit_test(a_panic_after_an_unfinished_line_is_found_but_is_in_doubt),
		cmocka_unit_test(other_lines_are_none),
		cmocka_unit_test(an_orderly_end_after_it_says_that_it_was_none),
		cmocka_unit_test(a_process_killed_for_memory_is_found_at_the_start_of_a_line),
		cmocka_unit_test(the_last_of_several_counts),
		cmocka_unit_test(pieces_of_any_size_and_lines_of_any_length_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
