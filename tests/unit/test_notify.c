// SPDX-License-Identifier: MIT
/* test_notify.c - what a program reports of itself, and what becomes of it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/notice.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	new_boot_of_app(&boot);
	boot.settings.notify = 1;
	/* the wire is QEMU's port */
	fake_answer("ioperm", 0, FAKE_ALWAYS);
	fake_answer("inb", 0xe9, FAKE_ALWAYS);
	return 0;
}

static int parse(const char *bytes, size_t len, struct notice *notice)
{
	char text[128];

	memcpy(text, bytes, len);
	return notice_parse(text, len, notice);
}

static void a_message_is_read_line_by_line(void **state)
{
	static const char all[] = "READY=1\nSTOPPING=1\nWATCHDOG=1\nMAINPID=7\n"
				  "EXTEND_TIMEOUT_USEC=5000001\nERRNO=2";
	struct notice notice;

	(void)state;
	assert_int_equal(parse(all, sizeof(all) - 1, &notice), 0);
	assert_true(notice.is_ready && notice.is_stopping && notice.is_alive);
	assert_false(notice.has_failed);
	assert_null(notice.status);
	assert_int_equal(notice.extend_ms, 5001);
	assert_int_equal(parse("WATCHDOG=trigger\n", 17, &notice), 0);
	assert_true(notice.has_failed && !notice.is_alive);
	assert_int_equal(parse("READY=0", 7, &notice), 0);
	assert_false(notice.is_ready);
}

static void a_message_of_another_form_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		{ "READY", 5 },
		{ "=1", 2 },
		{ "READY=1\n\n", 9 },
		{ "READY=1\nx", 9 },
		{ "READY=1\0", 8 },
		{ "STATUS=\033[2J", 11 },
		{ "STATUS=a\x7f", 9 },
		{ "EXTEND_TIMEOUT_USEC=", 20 },
		{ "EXTEND_TIMEOUT_USEC=-1", 22 },
		{ "EXTEND_TIMEOUT_USEC=5s", 22 },
		{ "EXTEND_TIMEOUT_USEC=1000000000000001", 36 },
	};
	struct notice notice;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (parse(rows[i].bytes, rows[i].len, &notice) != -EINVAL)
			fail_msg("\"%s\" is accepted", rows[i].bytes);
}

static void run_with(const char *message, size_t len)
{
	fake_file("messages", message, len);
	assert_int_equal(notify_open(&boot), 0);
	assert_int_equal(appliance(&boot), 0);
}

static void the_host_is_told_what_the_program_says(void **state)
{
	static const char message[] = "READY=1\nSTATUS=it serves\nSTOPPING=1\n";

	(void)state;
	run_with(message, sizeof(message) - 1);
	assert_non_null(strstr(fake_asked, "open_messages rdinit/notify\n"));
	assert_non_null(strstr(fake_calls, "outb ready\n"));
	assert_non_null(strstr(fake_calls, "outb status READY=1\noutb status STATUS=it serves\n"
					   "outb status STOPPING=1\noutb exit 0\n"));
	assert_string_equal(boot.env[boot.env_count - 1], "NOTIFY_SOCKET=@rdinit/notify");
	assert_false(boot.notify.is_open);
}

static void a_bad_message_is_logged_and_says_nothing(void **state)
{
	static const char message[] = "READY=1\nexit 0\n";

	(void)state;
	run_with(message, sizeof(message) - 1);
	assert_null(strstr(fake_calls, "status"));
	assert_non_null(strstr(fake_console, "a message of the program is not of sd_notify(3)"));
}

static void the_socket_of_another_service_manager_is_replaced(void **state)
{
	(void)state;
	boot.env[boot.env_count++] = "NOTIFY_SOCKET=/run/systemd/notify";
	run_with("", 0);
	assert_int_equal(boot.env_count, 1);
	assert_string_equal(boot.env[0], "NOTIFY_SOCKET=@rdinit/notify");
}

static void without_the_parameter_there_is_no_socket(void **state)
{
	(void)state;
	boot.settings.notify = 0;
	run_with("READY=1", 7);
	assert_null(strstr(fake_asked, "open_messages"));
	assert_int_equal(boot.env_count, 0);
}

static void a_kernel_without_such_sockets_runs_the_program(void **state)
{
	(void)state;
	assert_int_equal(notify_open(&boot), -EAFNOSUPPORT);
	assert_int_equal(appliance(&boot), 0);
	assert_non_null(strstr(fake_console, "open the socket of rdinit.notify: "));
	assert_int_equal(boot.env_count, 0);
}

/* The grace is 5 s: it would be over before the program ends. */
static void a_program_may_ask_for_more_time_to_end(void **state)
{
	static const char message[] = "EXTEND_TIMEOUT_USEC=20000000";

	(void)state;
	fake_child_ms = 15000;
	fake_answer("sigwait", SIGPWR, 1);
	run_with(message, sizeof(message) - 1);
	assert_null(strstr(fake_calls, "kill 42 9"));
}

static void time_to_end_is_not_for_one_that_was_asked_twice(void **state)
{
	static const char message[] = "EXTEND_TIMEOUT_USEC=20000000";

	(void)state;
	fake_child_ms = 15000;
	boot.stop.requests = 1;
	fake_answer("sigwait", SIGPWR, 1);
	run_with(message, sizeof(message) - 1);
	assert_non_null(strstr(fake_calls, "kill 42 9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_read_line_by_line),
		cmocka_unit_test(a_message_of_another_form_is_refused),
		cmocka_unit_test_setup(the_host_is_told_what_the_program_says, reset),
		cmocka_unit_test_setup(a_bad_message_is_logged_and_says_nothing, reset),
		cmocka_unit_test_setup(the_socket_of_another_service_manager_is_replaced, reset),
		cmocka_unit_test_setup(without_the_parameter_there_is_no_socket, reset),
		cmocka_unit_test_setup(a_kernel_without_such_sockets_runs_the_program, reset),
		cmocka_unit_test_setup(a_program_may_ask_for_more_time_to_end, reset),
		cmocka_unit_test_setup(time_to_end_is_not_for_one_that_was_asked_twice, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
