// SPDX-License-Identifier: MIT
/* test_scope.c - an /init that only runs programs says what it does not do. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	boot.mode = MODE_RUN;
	return 0;
}

static void a_program_is_run_without_a_word(void **state)
{
	(void)state;
	assert_int_equal(scope_check(&boot), 0);
	assert_string_equal(fake_console, "");
}

static void every_other_mode_is_refused(void **state)
{
	static const struct {
		enum mode mode;
		const char *said;
	} rows[] = {
		{ MODE_RUN_IN_ROOT, "rdinit.root=: " INIT_ONLY_RUNS },
		{ MODE_HAND_OFF, "root=: " INIT_ONLY_RUNS },
		{ MODE_STAY, "no program (rdinit.run=, /etc/rdinit/run): " INIT_ONLY_RUNS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		boot.mode = rows[i].mode;
		assert_int_equal(scope_check(&boot), -EOPNOTSUPP);
		assert_non_null(strstr(fake_console, rows[i].said));
	}
}

/* The program would start without what it was promised. */
static void mounts_are_refused(void **state)
{
	(void)state;
	boot.settings.mount_lines.count = 1;
	assert_int_equal(scope_check(&boot), -EOPNOTSUPP);
	assert_non_null(strstr(fake_console, "rdinit.mount=: " INIT_ONLY_RUNS));
}

static void what_the_program_may_do_without_is_a_warning(void **state)
{
	(void)state;
	fake_file("/etc/rdinit/drivers", "", 0);
	boot.settings.modules_load.count = 1;
	boot.settings.keymap = "/keymap";
	boot.settings.links = 1;
	assert_int_equal(scope_check(&boot), 0);
	assert_non_null(strstr(fake_console, "/etc/rdinit/drivers: " INIT_ONLY_RUNS));
	assert_non_null(strstr(fake_console, "modules-load=: " INIT_ONLY_RUNS));
	assert_non_null(strstr(fake_console, "rdinit.keymap=: " INIT_ONLY_RUNS));
	assert_non_null(strstr(fake_console, "rdinit.links: " INIT_ONLY_RUNS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_program_is_run_without_a_word, reset),
		cmocka_unit_test_setup(every_other_mode_is_refused, reset),
		cmocka_unit_test_setup(mounts_are_refused, reset),
		cmocka_unit_test_setup(what_the_program_may_do_without_is_a_warning, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
