// SPDX-License-Identifier: MIT
/* test_init_wire.c - telling the host: the debug console port, a virtio-serial port, a serial line.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/loop/loop.h"
#include "init/sys/sys.h"
#include "init/wire/wire.c" /* its state is static */
#include "tests/unit/fake_sys.h"

#define VPORT "/dev/vport1p2"

static int reset(void **state)
{
	(void)state;
	fake_reset();
	wire_tty(NULL);
	memset(&port_to_host, 0, sizeof(port_to_host));
	fake_file("/dev/ttyS2", "", 0);
	return 0;
}

/* The host's answers are read as soon as PID 1 reads. */
static void add_vport(const char *answers)
{
	fake_dir(VPORTS, (const char *const[]){ "vport1p1", "vport1p2", NULL });
	fake_file(VPORTS "/vport1p1/name", "rdinit.stdio\n", 13);
	fake_file(VPORTS "/vport1p2/name", "rdinit\n", 7);
	fake_file(VPORT, answers, strlen(answers));
}

static void the_port_takes_a_line(void **state)
{
	(void)state;
	fake_answer("ioperm", 0, FAKE_ALWAYS);
	fake_answer("inb", 0xe9, FAKE_ALWAYS);
	wire_tty("ttyS2");
	wire_report("failed %s\n%d", "x", 3);
	assert_string_equal(fake_calls, "outb failed x 3\n");
}

/* The instruction would be a SIGSEGV. */
static void a_kernel_that_refuses_the_port_is_not_written_to(void **state)
{
	(void)state;
	fake_answer("ioperm", -ENOSYS, FAKE_ALWAYS);
	fake_answer("inb", 0xe9, FAKE_ALWAYS);
	wire_report("exit 7");
	assert_string_equal(fake_calls, "");
}

static void a_serial_line_takes_what_the_port_does_not(void **state)
{
	(void)state;
	fake_answer("ioperm", -ENOSYS, FAKE_ALWAYS);
	wire_tty("ttyS2");
	wire_report("exit 7");
	assert_string_equal(fake_calls, "write /dev/ttyS2 exit 7\n\n");
	fake_reset();
	fake_file("/dev/ttyS2", "", 0);
	fake_answer("ioperm", 0, FAKE_ALWAYS); /* allowed, but nobody is there */
	wire_report("off");
	assert_string_equal(fake_calls, "write /dev/ttyS2 off\n\n");
}

static void a_line_that_comes_in_parts_arrives_whole(void **state)
{
	(void)state;
	fake_answer("write /dev/ttyS2 exit 7", 5, 1);
	wire_tty("ttyS2");
	wire_report("exit 7");
	assert_string_equal(fake_calls, "write /dev/ttyS2 exit 7\n\nwrite /dev/ttyS2 7\n\n");
}

static void a_line_that_cannot_be_said_changes_nothing(void **state)
{
	(void)state;
	wire_tty("ttyS9");
	wire_report("exit 7");
	fake_answer("write", -EIO, FAKE_ALWAYS);
	wire_tty("ttyS2");
	wire_report("exit 7");
	assert_string_equal(fake_calls, "write /dev/ttyS2 exit 7\n\n");
}

static const char no_bytes[] = "ttyS2 takes no bytes\n";

static void a_line_that_takes_no_bytes_is_reported_and_not_waited_for_again(void **state)
{
	(void)state;
	fake_answer("write /dev/ttyS2", -EAGAIN, FAKE_ALWAYS);
	wire_tty("ttyS2");
	wire_report("exit 7");
	assert_in_range(sys_clock_ms(), 5000, 5100);
	assert_non_null(strstr(fake_console, no_bytes));
	wire_report("off");
	assert_in_range(sys_clock_ms(), 5000, 5100);
	assert_null(strstr(strstr(fake_console, no_bytes) + 1, no_bytes));
}

/* A host that reads again gets what comes then. */
static void a_line_that_takes_bytes_late_is_waited_for(void **state)
{
	(void)state;
	fake_answer("write /dev/ttyS2 exit 7", -EAGAIN, 3);
	wire_tty("ttyS2");
	wire_report("exit 7");
	assert_string_equal(fake_console, "");
	assert_in_range(sys_clock_ms(), 1, 500);
	fake_answer("write /dev/ttyS2 one", -EAGAIN, FAKE_ALWAYS);
	wire_report("one");
	assert_non_null(strstr(fake_console, no_bytes));
	wire_report("two");
	fake_answer("write /dev/ttyS2 three", -EAGAIN, 2);
	wire_report("three");
	assert_non_null(strstr(fake_calls, "write /dev/ttyS2 two\n"));
	assert_in_range(sys_clock_ms(), 5000, 6000);
}

static void the_last_bytes_are_waited_for_and_not_for_ever(void **state)
{
	static const char told[] = "a terminal has not sent its last bytes\n";
	struct loop loop = { .descriptors = NULL };

	(void)state;
	loop_open(&loop);
	wire_drain(&loop, NO_TERMINAL);
	assert_null(strstr(fake_asked, "drain"));
	wire_tty("ttyS2");
	wire_report("exit 7");
	wire_drain(&loop, NO_TERMINAL); /* nothing is left to send */
	assert_int_equal(sys_clock_ms(), 0);
	fake_answer("unsent /dev/ttyS2", 9, 3);
	wire_drain(&loop, NO_TERMINAL);
	assert_in_range(sys_clock_ms(), 1, 50);
	assert_non_null(strstr(fake_asked, "drain /dev/ttyS2\n"));
	assert_null(strstr(fake_console, told));
	fake_asked[0] = '\0';
	fake_answer("unsent /dev/ttyS2", 9, FAKE_ALWAYS);
	wire_drain(&loop, 1);
	assert_non_null(strstr(fake_console, told));
	assert_in_range(sys_clock_ms(), 5000, 5100);
	assert_null(strstr(fake_asked, "drain"));
}

static void a_virtio_serial_port_takes_what_the_debug_port_does_not(void **state)
{
	(void)state;
	add_vport("");
	wire_tty("ttyS2");
	wire_report("ready");
	wire_report("exit 7");
	assert_string_equal(fake_calls, "write " VPORT " ready\n\nwrite " VPORT " exit 7\n\n");
}

static void what_was_reported_before_the_port_came_is_sent_then(void **state)
{
	(void)state;
	wire_report("status a");
	wire_report("ready");
	assert_string_equal(fake_calls, "");
	add_vport("");
	wire_report("off");
	assert_string_equal(fake_calls,
			    "write " VPORT " status a\nready\n\nwrite " VPORT " off\n\n");
}

static void the_oldest_of_it_makes_room(void **state)
{
	char text[KEPT_MAX / 2 + 1];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 10; i++)
		wire_report("status %s", text);
	wire_report("ready");
	assert_true(port_to_host.kept_len <= KEPT_MAX);
	assert_memory_equal(port_to_host.kept + port_to_host.kept_len - 6, "ready\n", 6);
}

static struct loop loop;

static void the_end_waits_until_each_line_is_acknowledged(void **state)
{
	int64_t began = sys_clock_ms();

	(void)state;
	loop = (struct loop){ .descriptors = NULL };
	add_vport("ack\nack\n");
	wire_report("exit 7");
	wire_report("off");
	wire_drain(&loop, NO_TERMINAL);
	assert_int_equal(port_to_host.unacknowledged, 0);
	assert_int_equal(sys_clock_ms(), began);
	assert_null(loop.descriptors);
}

static void a_host_that_does_not_answer_has_its_time_and_no_more(void **state)
{
	int64_t began = sys_clock_ms();

	(void)state;
	loop = (struct loop){ .descriptors = NULL };
	add_vport("ack\n");
	wire_report("exit 7");
	wire_report("off");
	wire_drain(&loop, NO_TERMINAL);
	assert_int_equal(port_to_host.unacknowledged, 1);
	assert_int_equal(sys_clock_ms() - began, ANSWERS_MS);
	assert_null(loop.descriptors);
}

static void without_such_a_port_nothing_is_waited_for(void **state)
{
	int64_t began = sys_clock_ms();

	(void)state;
	wire_tty("ttyS2");
	wire_report("off");
	wire_drain(&loop, NO_TERMINAL);
	assert_int_equal(sys_clock_ms(), began);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_port_takes_a_line, reset),
		cmocka_unit_test_setup(a_kernel_that_refuses_the_port_is_not_written_to, reset),
		cmocka_unit_test_setup(a_serial_line_takes_what_the_port_does_not, reset),
		cmocka_unit_test_setup(a_line_that_comes_in_parts_arrives_whole, reset),
		cmocka_unit_test_setup(a_line_that_cannot_be_said_changes_nothing, reset),
		cmocka_unit_test_setup(
			a_line_that_takes_no_bytes_is_reported_and_not_waited_for_again, reset),
		cmocka_unit_test_setup(a_line_that_takes_bytes_late_is_waited_for, reset),
		cmocka_unit_test_setup(the_last_bytes_are_waited_for_and_not_for_ever, reset),
		cmocka_unit_test_setup(a_virtio_serial_port_takes_what_the_debug_port_does_not,
				       reset),
		cmocka_unit_test_setup(what_was_reported_before_the_port_came_is_sent_then, reset),
		cmocka_unit_test_setup(the_oldest_of_it_makes_room, reset),
		cmocka_unit_test_setup(the_end_waits_until_each_line_is_acknowledged, reset),
		cmocka_unit_test_setup(a_host_that_does_not_answer_has_its_time_and_no_more, reset),
		cmocka_unit_test_setup(without_such_a_port_nothing_is_waited_for, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
