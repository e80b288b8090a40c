// SPDX-License-Identifier: MIT
/* test_module_queue.c - modules after what they need, one by one and side by side. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "init/module/module.h"
#include "init/module/queue.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

/* "top" needs "left" and "right", both need "base"; "alone" nothing. */
static const char table[] =
	"/m/base.ko -\n/m/left.ko 0\n/m/right.ko 0\n/m/top.ko 1,2 x=1\n/m/alone.ko -\n\n";

static struct boot boot;

static int reset(void **state)
{
	static const char *const files[] = { "/m/base.ko", "/m/left.ko", "/m/right.ko", "/m/top.ko",
					     "/m/alone.ko" };

	(void)state;
	fake_reset();
	new_boot(&boot);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		fake_file(files[i], "", 0);
	assert_int_equal(drivers_parse((struct span){ (const uint8_t *)table, sizeof(table) - 1 },
				       &boot.modules.queue.drivers),
			 0);
	return 0;
}

static int with_children(void **state)
{
	reset(state);
	fake_answer("clone_vm", 100, FAKE_ALWAYS);
	return 0;
}

static int on_two_processors(void **state)
{
	with_children(state);
	fake_answer("processors", 2, FAKE_ALWAYS);
	return 0;
}

static void run(unsigned int first, unsigned int second)
{
	module_queue_add(&boot.modules, first);
	module_queue_add(&boot.modules, second);
	assert_false(module_queue_is_idle(&boot.modules));
	module_queue_run(&boot.modules);
	assert_true(module_queue_is_idle(&boot.modules));
}

#define LOAD(name) "finit_module /m/" name ".ko \n"
#define LOAD_TOP "finit_module /m/top.ko x=1\n"
#define SPAWN "clone_vm\nclose_all\n"

static void one_processor_loads_one_after_the_other_in_one_child(void **state)
{
	(void)state;
	run(3, 4);
	assert_string_equal(fake_calls,
			    SPAWN LOAD("base") LOAD("left") LOAD("right") LOAD_TOP LOAD("alone"));
	assert_int_equal(boot.modules.loaded, 5);
}

static void two_processors_load_side_by_side_what_is_ready(void **state)
{
	(void)state;
	run(3, 4);
	assert_string_equal(fake_calls, SPAWN LOAD("base") SPAWN LOAD("alone") SPAWN LOAD("left")
						SPAWN LOAD("right") SPAWN LOAD_TOP);
	assert_int_equal(boot.modules.loaded, 5);
}

static void without_a_child_it_is_loaded_all_the_same(void **state)
{
	(void)state;
	fake_answer("clone_vm", -EAGAIN, FAKE_ALWAYS);
	run(3, 4);
	assert_non_null(strstr(fake_calls, LOAD_TOP));
	assert_int_equal(boot.modules.loaded, 5);
}

static void what_a_child_says_is_counted_and_said(void **state)
{
	(void)state;
	fake_answer("finit_module /m/left.ko", -ENOEXEC, FAKE_ALWAYS);
	fake_answer("finit_module /m/right.ko", -517, FAKE_ALWAYS);
	fake_answer("finit_module /m/alone.ko", -EEXIST, FAKE_ALWAYS);
	run(3, 4);
	assert_non_null(strstr(fake_calls, LOAD_TOP)); /* it may do without */
	assert_int_equal(boot.modules.loaded, 2);
	assert_int_equal(boot.modules.failed, 2);
	assert_non_null(
		strstr(fake_console, "load left from /m/left.ko: Exec format error (ENOEXEC)"));
	assert_non_null(strstr(fake_console, "load right from /m/right.ko: "));
	assert_non_null(strstr(boot.modules.failed_names, " right (517)"));
	assert_non_null(strstr(boot.modules.failed_names, " left (8)"));
}

static void the_first_that_fails_is_named(void **state)
{
	(void)state;
	fake_answer("finit_module /m/base.ko", -ENOEXEC, FAKE_ALWAYS);
	run(3, 4);
	assert_non_null(
		strstr(fake_console, "load base from /m/base.ko: Exec format error (ENOEXEC)"));
	assert_string_equal(boot.modules.failed_names, " base (8)");
}

static void what_is_there_already_is_not_loaded(void **state)
{
	(void)state;
	fake_answer("access /sys/module/left", 0, FAKE_ALWAYS);
	run(3, 4);
	assert_null(strstr(fake_calls, LOAD("left")));
	assert_int_equal(boot.modules.loaded, 4);
	assert_int_equal(boot.modules.failed, 0);
}

/* What its child would have told does not come. */
static void a_module_that_crashes_takes_its_loader_alone(void **state)
{
	(void)state;
	fake_answer("finit_module /m/left.ko", FAKE_DIES, 1);
	run(3, 4);
	assert_int_equal(boot.modules.loaded, 4);
	assert_int_equal(boot.modules.failed, 1);
	assert_non_null(strstr(fake_console, "load left from /m/left.ko: Bad address (EFAULT)"));
	assert_non_null(strstr(fake_calls, LOAD("right")));
	assert_non_null(strstr(fake_calls, LOAD("alone")));
}

/* The child is left to itself: a driver that is only slow is not to lose its device by a signal. */
static void a_module_that_hangs_is_not_waited_for_longer_than_a_root(void **state)
{
	static const struct {
		int timeout_s;
		int64_t waited_ms;
	} rows[] = { { 20, 20000 }, { 0, 10000 }, { WAIT_FOREVER, 30000 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int processors = 1; processors <= 2; processors++) {
			with_children(state);
			fake_answer("processors", processors, FAKE_ALWAYS);
			boot.settings.timeout_s = rows[i].timeout_s;
			fake_answer("finit_module /m/base.ko", FAKE_HANGS, 1);
			run(3, 4);
			assert_int_equal(sys_clock_ms(), rows[i].waited_ms);
			assert_non_null(strstr(fake_console, "load base from /m/base.ko: "));
			assert_non_null(strstr(fake_console, "(ETIMEDOUT)"));
			assert_int_equal(boot.modules.loaded, 4);
			assert_null(strstr(fake_calls, "kill"));
		}
}

static void what_is_blacklisted_is_loaded_for_what_needs_it(void **state)
{
	(void)state;
	boot.modules.queue.state[0] = DRIVER_REFUSED;
	run(3, 4);
	assert_non_null(strstr(fake_calls, LOAD("base")));
}

static void a_row_of_needs_has_an_end(void **state)
{
	static char text[40 * 16];
	size_t used = 0;

	(void)state;
	used = (size_t)sprintf(text, "/m/0.ko -\n");
	for (int i = 1; i < 40; i++)
		used += (size_t)sprintf(text + used, "/m/%d.ko %d\n", i, i - 1);
	assert_int_equal(drivers_parse((struct span){ (const uint8_t *)text, used },
				       &boot.modules.queue.drivers),
			 0);
	module_queue_add(&boot.modules, 39);
	module_queue_run(&boot.modules);
	assert_non_null(strstr(fake_console, "load the module on line 7 of /etc/rdinit/drivers"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_processor_loads_one_after_the_other_in_one_child,
				       with_children),
		cmocka_unit_test_setup(two_processors_load_side_by_side_what_is_ready,
				       on_two_processors),
		cmocka_unit_test_setup(without_a_child_it_is_loaded_all_the_same,
				       on_two_processors),
		cmocka_unit_test_setup(what_a_child_says_is_counted_and_said, with_children),
		cmocka_unit_test_setup(what_a_child_says_is_counted_and_said, on_two_processors),
		cmocka_unit_test_setup(the_first_that_fails_is_named, with_children),
		cmocka_unit_test_setup(the_first_that_fails_is_named, on_two_processors),
		cmocka_unit_test_setup(the_first_that_fails_is_named, reset),
		cmocka_unit_test_setup(what_is_there_already_is_not_loaded, with_children),
		cmocka_unit_test_setup(what_is_there_already_is_not_loaded, on_two_processors),
		cmocka_unit_test_setup(a_module_that_crashes_takes_its_loader_alone, with_children),
		cmocka_unit_test_setup(a_module_that_crashes_takes_its_loader_alone,
				       on_two_processors),
		cmocka_unit_test_setup(a_module_that_hangs_is_not_waited_for_longer_than_a_root,
				       with_children),
		cmocka_unit_test_setup(what_is_blacklisted_is_loaded_for_what_needs_it,
				       with_children),
		cmocka_unit_test_setup(a_row_of_needs_has_an_end, with_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
