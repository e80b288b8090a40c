// SPDX-License-Identifier: MIT
/* test_hooks.c - programs that run before the program, and what their ends mean. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define DIR "/etc/rdinit/before-run.d"

static struct boot boot;

static int reset(void **state)
{
	static const char *const names[] = { "20-b", ".hidden", "10-a", "30-c", "10-a~", NULL };

	(void)state;
	fake_reset();
	new_boot(&boot);
	fake_dir(DIR, names);
	fake_file("/dev/null", "", 0);
	fake_answer("spawn", 42, FAKE_ALWAYS);
	fake_answer("execve " DIR, 0, FAKE_ALWAYS);
	return 0;
}

static void none_is_one_call(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	assert_int_equal(hooks_run(&boot), 0);
	assert_string_equal(fake_calls, "");
	assert_string_equal(fake_asked, "open " DIR "\n");
	assert_string_equal(fake_console, "");
}

static void they_run_in_the_order_of_their_names(void **state)
{
	const char *a, *b, *c;

	(void)state;
	assert_int_equal(hooks_run(&boot), 0);
	a = strstr(fake_calls, "execve " DIR "/10-a\n");
	b = strstr(fake_calls, "execve " DIR "/20-b\n");
	c = strstr(fake_calls, "execve " DIR "/30-c\n");
	assert_true(a && b && c && a < b && b < c);
	assert_null(strstr(fake_calls, "hidden"));
	assert_null(strstr(fake_calls, "~"));
	/* Each in a session of its own, so that all that it started can be killed. */
	assert_non_null(strstr(fake_calls, "spawn\nsetsid\n"));
}

static void fail_second(const char *line)
{
	fake_status = strstr(line, "20-b") ? 3 << 8 : 0;
}

static void one_that_fails_is_named_and_the_last(void **state)
{
	(void)state;
	fake_program_runs = fail_second;
	assert_int_equal(hooks_run(&boot), -ECANCELED);
	assert_non_null(strstr(fake_console, "hooks: " DIR "/20-b exited with status 3: "));
	assert_non_null(strstr(fake_console, "(ECANCELED)"));
	assert_null(strstr(fake_calls, "30-c"));
}

static void one_that_is_killed_is_named(void **state)
{
	(void)state;
	fake_status = SIGSEGV;
	assert_int_equal(hooks_run(&boot), -ECANCELED);
	assert_non_null(strstr(fake_console, DIR "/10-a killed by SIGSEGV: "));
}

static void one_that_cannot_be_run_is_named(void **state)
{
	static const char *const names[] = { "10-a", NULL };

	(void)state;
	fake_reset();
	new_boot(&boot);
	fake_dir(DIR, names);
	fake_file("/dev/null", "", 0);
	fake_answer("spawn", 42, FAKE_ALWAYS);
	fake_answer("execve " DIR "/10-a", -EACCES, FAKE_ALWAYS);
	assert_int_equal(hooks_run(&boot), -EACCES);
	assert_non_null(strstr(fake_console, "run " DIR "/10-a: "));
	assert_non_null(strstr(fake_console, "(EACCES)"));
}

static void one_that_hangs_is_killed_with_all_that_it_started(void **state)
{
	(void)state;
	boot.settings.hooks_s = 7;
	fake_child_ms = 100000;
	assert_int_equal(hooks_run(&boot), -ETIMEDOUT);
	assert_int_equal(sys_clock_ms(), 7000);
	assert_non_null(strstr(fake_calls, "kill -42 9\n"));
	assert_non_null(strstr(fake_console, DIR "/10-a has not ended within 7 s: killed: "));
}

static void a_directory_that_cannot_be_read_fails(void **state)
{
	(void)state;
	fake_answer("open " DIR, -EIO, 1);
	assert_int_equal(hooks_run(&boot), -EIO);
	assert_non_null(strstr(fake_console, "read " DIR ": "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(none_is_one_call, reset),
		cmocka_unit_test_setup(they_run_in_the_order_of_their_names, reset),
		cmocka_unit_test_setup(one_that_fails_is_named_and_the_last, reset),
		cmocka_unit_test_setup(one_that_is_killed_is_named, reset),
		cmocka_unit_test_setup(one_that_cannot_be_run_is_named, reset),
		cmocka_unit_test_setup(one_that_hangs_is_killed_with_all_that_it_started, reset),
		cmocka_unit_test_setup(a_directory_that_cannot_be_read_fails, reset),
	};

	log_step("hooks");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
