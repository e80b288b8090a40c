// SPDX-License-Identifier: MIT
/* test_wire.c - what the guest says about its end, however the bytes arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/lib/machine/wire.h"

static struct wire hear(const char *text)
{
	struct wire wire = { 0 };

	wire_feed(&wire, (struct span){ (const uint8_t *)text, strlen(text) });
	return wire;
}

static void a_whole_run_is_understood(void **state)
{
	struct wire wire = hear("ready\nstatus starting up\nexit 42\noff\n");

	(void)state;
	assert_int_equal(wire.words, WIRE_READY | WIRE_EXIT | WIRE_OFF | WIRE_SPOKE);
	assert_int_equal(wire.status, 42);
	assert_string_equal(wire.said, "starting up");
}

static void a_signal_counts_from_128(void **state)
{
	(void)state;
	assert_int_equal(hear("signal KILL\n").status, 137);
	assert_int_equal(hear("signal TERM\n").status, 143);
	assert_int_equal(hear("signal SEGV\n").status, 139);
	assert_int_equal(hear("signal RTMIN+2\n").status, 128 + 36);
	assert_int_equal(hear("signal NONESUCH\n").words, 0);
}

static void the_last_exit_counts_and_the_first_failure(void **state)
{
	struct wire wire = hear("failed modules ENOENT x\nexit 1\nfailed power EIO y\nexit 2\n");

	(void)state;
	assert_int_equal(wire.status, 2);
	assert_string_equal(wire.failed, "modules ENOENT x");
}

static void a_halt_is_an_end_too(void **state)
{
	(void)state;
	assert_int_equal(hear("failed x EIO y\nhalt\n").words,
			 WIRE_FAILED | WIRE_OFF | WIRE_HALT | WIRE_SPOKE);
}

static void every_status_is_counted(void **state)
{
	struct wire wire = hear("status a\nstatus b\nstatusc\n");

	(void)state;
	assert_int_equal(wire.said_count, 2);
	assert_string_equal(wire.said, "b");
}

static void the_latest_promise_counts(void **state)
{
	struct wire wire = hear("ready\nwithin 5\nwithin 60\nwithin\nwithin x\nwithin -1\n");

	(void)state;
	assert_int_equal(wire.words, WIRE_READY | WIRE_WITHIN | WIRE_SPOKE);
	assert_int_equal(wire.within_s, 60);
	assert_int_equal(wire.within_count, 2);
	assert_int_equal(hear("handoff\n").words, WIRE_HANDOFF | WIRE_SPOKE);
	assert_int_equal(hear("ready\nready\n").ready_count, 2);
}

static void an_unfinished_line_says_nothing_yet(void **state)
{
	(void)state;
	assert_int_equal(hear("exit 4").words, 0);
}

static void lines_that_are_not_ours_are_passed_over(void **state)
{
	(void)state;
	assert_int_equal(
		hear("\n\nexit\nexit x\nexit 256\nexit -1\nexit 1 2\nexits 3\nREADY\n").words, 0);
}

static void a_line_without_an_end_is_cut_and_the_next_one_read(void **state)
{
	struct wire wire = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		wire_feed(&wire, (struct span){ (const uint8_t *)"x", 1 });
	assert_int_equal(wire.words, 0);
	wire_feed(&wire, (struct span){ (const uint8_t *)"\nexit 3\n", 8 });
	assert_int_equal(wire.status, 3);
}

static void control_bytes_do_not_reach_the_terminal(void **state)
{
	(void)state;
	assert_string_equal(hear("failed \033[2J\007 x\n").failed, "?[2J? x");
}

static void pieces_of_any_size_mean_the_same(void **state)
{
	static const char text[] = "ready\nstatus a b\nfailed s ENOENT t\nsignal INT\nreboot\n";
	struct wire whole = hear(text);

	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		struct wire wire = { 0 };

		for (size_t at = 0; at < strlen(text); at += piece) {
			size_t left = strlen(text) - at;

			wire_feed(&wire, (struct span){ (const uint8_t *)text + at,
							left < piece ? left : piece });
		}
		assert_int_equal(wire.words, whole.words);
		assert_int_equal(wire.status, 130);
		assert_string_equal(wire.failed, whole.failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_run_is_understood),
		cmocka_unit_test(a_signal_counts_from_128),
		cmocka_unit_test(the_last_exit_counts_and_the_first_failure),
		cmocka_unit_test(a_halt_is_an_end_too),
		cmocka_unit_test(every_status_is_counted),
		cmocka_unit_test(the_latest_promise_counts),
		cmocka_unit_test(an_unfinished_line_says_nothing_yet),
		cmocka_unit_test(lines_that_are_not_ours_are_passed_over),
		cmocka_unit_test(a_line_without_an_end_is_cut_and_the_next_one_read),
		cmocka_unit_test(control_bytes_do_not_reach_the_terminal),
		cmocka_unit_test(pieces_of_any_size_mean_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
