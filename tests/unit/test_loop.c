// SPDX-License-Identifier: MIT
/* test_loop.c - what /init waits for, and how it is called back. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "init/loop/loop.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"

static struct loop loop;
static char record[256]; /* what called back, a letter each */

static void note(char letter)
{
	size_t used = strlen(record);

	record[used] = letter;
	record[used + 1] = '\0';
}

static int reset(void **state)
{
	(void)state;
	fake_reset();
	memset(&loop, 0, sizeof(loop));
	record[0] = '\0';
	fake_answer("fork", 50, FAKE_ALWAYS);
	loop_open(&loop);
	return 0;
}

static void expired(void *owner)
{
	note(*(const char *)owner);
}

static struct loop_timer timer(const char *name, int64_t due)
{
	return (struct loop_timer){ .node.owner = (void *)name, .due = due, .expired = expired };
}

static int last_status;

static void ended(void *owner, int status)
{
	last_status = status;
	note(*(const char *)owner);
}

static int give_three(void *unused)
{
	(void)unused;
	return 3;
}

static struct loop_child start(const char *name, int64_t deadline)
{
	return (struct loop_child){ .node.owner = (void *)name,
				    .pid = sys_fork(give_three, NULL),
				    .deadline = deadline,
				    .ended = ended };
}

static bool never(void *unused)
{
	(void)unused;
	return false;
}

static bool has_called_back(void *text)
{
	return strcmp(record, text) == 0;
}

static void run_to(int64_t deadline)
{
	assert_int_equal(loop_run(&loop, never, NULL, deadline), -ETIMEDOUT);
	assert_int_equal(sys_clock_ms(), deadline);
}

static void timers_expire_in_their_order_once_each(void **state)
{
	struct loop_timer a = timer("a", 20), b = timer("b", 10), c = timer("c", 30);

	(void)state;
	loop_add_timer(&loop, &a);
	loop_add_timer(&loop, &b);
	loop_add_timer(&loop, &c);
	loop_remove_timer(&loop, &c);
	run_to(100);
	assert_string_equal(record, "ba");
}

static void a_timer_that_runs_gets_the_new_time(void **state)
{
	struct loop_timer a = timer("a", 20);

	(void)state;
	loop_add_timer(&loop, &a);
	a.due = 50;
	loop_add_timer(&loop, &a);
	run_to(40);
	assert_string_equal(record, "");
	run_to(60);
	assert_string_equal(record, "a");
}

static void a_child_gives_its_status(void **state)
{
	struct loop_child a;

	(void)state;
	fake_child_ms = 70;
	a = start("a", NO_DEADLINE);
	loop_add_child(&loop, &a);
	assert_int_equal(loop_run(&loop, has_called_back, (char *)"a", NO_DEADLINE), 0);
	assert_int_equal(sys_clock_ms(), 70);
	assert_int_equal(WEXITSTATUS(last_status), 3);
}

static void a_child_that_is_late_is_let_go(void **state)
{
	struct loop_child a;

	(void)state;
	fake_child_ms = 70;
	a = start("a", 60);
	loop_add_child(&loop, &a);
	run_to(100);
	assert_string_equal(record, "a");
	assert_int_equal(last_status, LOOP_LATE);
}

/* SIGCHLD comes once for both. */
static void children_that_end_together_are_both_told_of(void **state)
{
	struct loop_child a, b;

	(void)state;
	a = start("a", NO_DEADLINE);
	b = start("b", NO_DEADLINE);
	loop_add_child(&loop, &a);
	loop_add_child(&loop, &b);
	run_to(10);
	assert_int_equal(strlen(record), 2);
}

static void a_child_that_the_kernel_does_not_know_has_failed(void **state)
{
	struct loop_child a = { .node.owner = (void *)"a", .pid = 7, .ended = ended };

	(void)state;
	a.deadline = NO_DEADLINE;
	loop_add_child(&loop, &a);
	assert_false(loop_reap(&loop));
	assert_string_equal(record, "a");
	assert_int_equal(last_status, LOOP_LOST);
	assert_int_equal(WEXITSTATUS(LOOP_LOST), 255);
}

static void nobodys_child_is_reaped(void **state)
{
	(void)state;
	sys_fork(give_three, NULL);
	run_to(10);
	assert_int_equal(sys_wait(&last_status, WNOHANG), -ECHILD);
}

static int last_signal;

static void signalled(void *owner, int signal)
{
	last_signal = signal;
	note(*(const char *)owner);
}

static void a_signal_is_for_who_asked_for_signals(void **state)
{
	(void)state;
	fake_answer("sigwait", SIGTERM, 1);
	loop_set_signals(&loop, signalled, (void *)"s");
	assert_true(sigismember(&loop.signals, SIGTERM));
	assert_true(sigismember(&loop.signals, 32)); /* the first of the real-time ones */
	assert_false(sigismember(&loop.signals, SIGSEGV));
	assert_false(sigismember(&loop.signals, SIGTTOU));
	assert_int_equal(loop_run(&loop, has_called_back, (char *)"s", NO_DEADLINE), 0);
	assert_int_equal(last_signal, SIGTERM);
	loop_set_signals(&loop, NULL, NULL);
	assert_true(sigismember(&loop.signals, SIGCHLD));
	assert_false(sigismember(&loop.signals, SIGTERM));
}

/* --- descriptors --- */

static void ready(void *owner, short revents)
{
	struct loop_descriptor *descriptor = owner;
	char byte;

	assert_true(revents & POLLIN);
	assert_int_equal(sys_read(descriptor->fd, &byte, 1), 1);
	note(byte);
}

static void add_descriptor(struct loop_descriptor *descriptor, const char *path)
{
	*descriptor = (struct loop_descriptor){
		.node.owner = descriptor, .fd = sys_open(path, 0), .events = POLLIN, .ready = ready
	};
	assert_int_equal(loop_add_descriptor(&loop, descriptor), 0);
}

static void a_descriptor_is_read_as_long_as_there_is_something(void **state)
{
	struct loop_descriptor a, b;
	struct loop_timer t = timer("t", 5);

	(void)state;
	fake_file("/a", "xyz", 3);
	fake_file("/b", "12", 2);
	add_descriptor(&a, "/a");
	add_descriptor(&b, "/b");
	b.events = 0; /* nobody wants it now */
	loop_add_timer(&loop, &t);
	run_to(10);
	assert_string_equal(record, "xyzt");
	b.events = POLLIN;
	run_to(20);
	assert_string_equal(record, "xyzt12");
}

static struct loop_descriptor first, second;

static void remove_both(void *owner, short revents)
{
	(void)owner, (void)revents;
	loop_remove_descriptor(&loop, &first);
	loop_remove_descriptor(&loop, &second);
	note('r');
}

static void a_callback_may_remove_what_is_ready_too(void **state)
{
	(void)state;
	fake_file("/a", "x", 1);
	add_descriptor(&first, "/a");
	add_descriptor(&second, "/a");
	first.ready = second.ready = remove_both;
	run_to(10);
	assert_string_equal(record, "r");
}

static struct loop_timer again;

static void add_again(void *owner)
{
	note(*(const char *)owner);
	again.due = sys_clock_ms() + 10;
	if (strlen(record) < 3)
		loop_add_timer(&loop, &again);
}

static void a_callback_may_add_itself_again(void **state)
{
	(void)state;
	again = (struct loop_timer){ .node.owner = (void *)"a", .due = 10, .expired = add_again };
	loop_add_timer(&loop, &again);
	run_to(100);
	assert_string_equal(record, "aaa");
}

static void more_descriptors_than_there_is_room_for_are_refused(void **state)
{
	static struct loop_descriptor many[LOOP_DESCRIPTORS_MAX + 1];

	(void)state;
	for (int i = 0; i < LOOP_DESCRIPTORS_MAX; i++)
		assert_int_equal(loop_add_descriptor(&loop, &many[i]), 0);
	assert_int_equal(loop_add_descriptor(&loop, &many[LOOP_DESCRIPTORS_MAX]), -ENFILE);
	loop_remove_descriptor(&loop, &many[3]);
	assert_int_equal(loop_add_descriptor(&loop, &many[LOOP_DESCRIPTORS_MAX]), 0);
}

static unsigned int count(const char *call)
{
	unsigned int found = 0;

	for (const char *at = fake_asked; (at = strstr(at, call)); at++)
		found++;
	return found;
}

/* Ten seconds in which nothing happens are one call that waits. */
static void where_nothing_happens_nothing_wakes(void **state)
{
	struct loop_descriptor a;

	(void)state;
	run_to(10000);
	assert_int_equal(count("sigwait\n"), 1);
	fake_file("/a", "", 0);
	add_descriptor(&a, "/a");
	fake_asked[0] = '\0';
	run_to(20000);
	assert_int_equal(count("poll "), 1);
	assert_int_equal(count("sigwait\n"), 0);
}

/* Where poll(2) has no memory, or the kernel no signalfd(2), children are still heard of. */
static void a_child_ends_whatever_fails(void **state)
{
	static const struct {
		const char *call;
		long error;
	} rows[] = { { "signalfd", -ENOSYS }, { "poll", -ENOMEM }, { "poll", -EINTR } };
	struct loop_descriptor a;
	struct loop_child child;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(state);
		fake_answer(rows[i].call, rows[i].error, FAKE_ALWAYS);
		fake_file("/a", "", 0);
		add_descriptor(&a, "/a");
		fake_child_ms = 1000;
		child = start("a", NO_DEADLINE);
		loop_add_child(&loop, &child);
		assert_int_equal(loop_run(&loop, has_called_back, (char *)"a", 2000), 0);
		assert_in_range(sys_clock_ms(), 1000, 1100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(timers_expire_in_their_order_once_each, reset),
		cmocka_unit_test_setup(a_timer_that_runs_gets_the_new_time, reset),
		cmocka_unit_test_setup(a_child_gives_its_status, reset),
		cmocka_unit_test_setup(a_child_that_is_late_is_let_go, reset),
		cmocka_unit_test_setup(children_that_end_together_are_both_told_of, reset),
		cmocka_unit_test_setup(a_child_that_the_kernel_does_not_know_has_failed, reset),
		cmocka_unit_test_setup(nobodys_child_is_reaped, reset),
		cmocka_unit_test_setup(a_signal_is_for_who_asked_for_signals, reset),
		cmocka_unit_test_setup(a_descriptor_is_read_as_long_as_there_is_something, reset),
		cmocka_unit_test_setup(a_callback_may_remove_what_is_ready_too, reset),
		cmocka_unit_test_setup(a_callback_may_add_itself_again, reset),
		cmocka_unit_test_setup(more_descriptors_than_there_is_room_for_are_refused, reset),
		cmocka_unit_test_setup(where_nothing_happens_nothing_wakes, reset),
		cmocka_unit_test_setup(a_child_ends_whatever_fails, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
