// SPDX-License-Identifier: MIT
/* test_watchdog.c - when the watchdog is fed, and when it is not. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/program/child.h"
#include "init/pure/notice.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define FED "write /dev/watchdog - at "

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	new_boot_of_app(&boot);
	boot.settings.watchdog_s = 10;
	fake_file("/dev/watchdog", "", 0);
	fake_child_ms = 22000;
	return 0;
}

static void run(void)
{
	assert_int_equal(notify_open(&boot), 0);
	assert_int_equal(watchdog_open(&boot), 0);
	assert_int_equal(appliance(&boot), 0);
}

static int fed_until(const char *time)
{
	char line[64] = FED;

	return strstr(fake_calls, strcat(strcat(line, time), "\n")) != NULL;
}

static void is_fed_at_half_of_its_time_while_the_program_runs(void **state)
{
	(void)state;
	run();
	assert_non_null(strstr(fake_calls, "set_watchdog /dev/watchdog 10\n" FED "0\n"));
	assert_true(fed_until("5000") && fed_until("10000") && fed_until("15000"));
	assert_true(fed_until("20000"));
	assert_null(strstr(fake_console, "fed no more"));
}

static void is_stopped_when_the_machine_ends_in_order(void **state)
{
	const char *stopped;

	(void)state;
	fake_file("/proc/self/mounts", "", 0);
	fake_answer("kill -1 15", -ESRCH, FAKE_ALWAYS);
	run();
	if (setjmp(fake_end) == 0)
		power(&boot);
	stopped = strstr(fake_calls, "write /dev/watchdog V at ");
	assert_non_null(stopped);
	assert_non_null(strstr(stopped, "reboot poweroff\n"));
	assert_null(strstr(stopped, FED));
}

static void a_program_that_promised_to_report_and_does_not_is_not_healthy(void **state)
{
	(void)state;
	boot.settings.notify = 1;
	fake_file("messages", "WATCHDOG=1", 10);
	run();
	assert_true(fed_until("5000"));
	assert_false(fed_until("10000"));
	assert_non_null(strstr(fake_console, "/dev/watchdog is fed no more"));
	assert_string_equal(boot.env[boot.env_count - 1], "WATCHDOG_USEC=10000000");
}

static void a_program_that_says_so_is_not_healthy(void **state)
{
	(void)state;
	boot.settings.notify = 1;
	fake_file("messages", "WATCHDOG=trigger", 16);
	run();
	assert_false(fed_until("5000"));
}

static void each_report_counts_for_the_whole_time(void **state)
{
	struct notice alive = { .is_alive = true };
	struct child child = { .pid = 42 };

	(void)state;
	assert_int_equal(watchdog_open(&boot), 0);
	boot.stop.child = &child;
	for (int64_t s = 1; s <= 30; s++) {
		watchdog_accept(&boot.watchdog, &alive);
		loop_run(&boot.loop, NULL, NULL, s * 9000);
	}
	assert_null(strstr(fake_console, "fed no more"));
	assert_true(fed_until("265000"));
	loop_run(&boot.loop, NULL, NULL, 300000);
	assert_non_null(strstr(fake_console, "fed no more"));
}

/* The program that made the promise has ended; another one runs, or will. */
static void a_promise_ends_with_its_program(void **state)
{
	struct notice alive = { .is_alive = true }, failed = { .has_failed = true };
	struct child first = { .pid = 42 }, second = { .pid = 43 };

	(void)state;
	assert_int_equal(watchdog_open(&boot), 0);
	boot.stop.child = &first;
	watchdog_accept(&boot.watchdog, &alive);
	watchdog_accept(&boot.watchdog, &failed);
	boot.stop.child = NULL;
	loop_run(&boot.loop, NULL, NULL, 20000);
	boot.stop.child = &second;
	loop_run(&boot.loop, NULL, NULL, 40000);
	assert_true(fed_until("40000"));
	watchdog_accept(&boot.watchdog, &alive);
	loop_run(&boot.loop, NULL, NULL, 60000);
	assert_true(fed_until("45000"));
	assert_false(fed_until("50000"));
}

static void a_device_that_does_not_come_is_named(void **state)
{
	(void)state;
	fake_reset();
	fake_answer("open_uevents", -EAFNOSUPPORT, FAKE_ALWAYS);
	assert_int_equal(watchdog_open(&boot), -ENOENT);
	assert_int_equal(sys_clock_ms(), 5000);
	assert_non_null(strstr(fake_console, "open /dev/watchdog: "));
	watchdog_close(&boot.watchdog);
	assert_null(strstr(fake_calls, "write"));
}

static void a_time_that_the_device_cannot_have_leaves_it_stopped(void **state)
{
	(void)state;
	fake_answer("set_watchdog", -EINVAL, 1);
	assert_int_equal(watchdog_open(&boot), -EINVAL);
	assert_non_null(strstr(fake_console, "set the timeout of /dev/watchdog to 10 s: "));
	assert_non_null(strstr(fake_calls, "write /dev/watchdog V at 0\n"));
}

static void without_the_parameter_it_is_left_alone(void **state)
{
	(void)state;
	boot.settings.watchdog_s = 0;
	run();
	assert_null(strstr(fake_asked, "watchdog"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(is_fed_at_half_of_its_time_while_the_program_runs, reset),
		cmocka_unit_test_setup(is_stopped_when_the_machine_ends_in_order, reset),
		cmocka_unit_test_setup(
			a_program_that_promised_to_report_and_does_not_is_not_healthy, reset),
		cmocka_unit_test_setup(a_program_that_says_so_is_not_healthy, reset),
		cmocka_unit_test_setup(each_report_counts_for_the_whole_time, reset),
		cmocka_unit_test_setup(a_promise_ends_with_its_program, reset),
		cmocka_unit_test_setup(a_device_that_does_not_come_is_named, reset),
		cmocka_unit_test_setup(a_time_that_the_device_cannot_have_leaves_it_stopped, reset),
		cmocka_unit_test_setup(without_the_parameter_it_is_left_alone, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
