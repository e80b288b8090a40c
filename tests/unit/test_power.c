// SPDX-License-Identifier: MIT
/* test_power.c - how the machine ends: processes, disks, and which way the firmware can. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define MOUNTS                                                                            \
	"rootfs / rootfs rw 0 0\nproc /proc proc rw 0 0\n/dev/vda /a\\040b ext4 rw 0 0\n" \
	"/dev/vdb /a\\040b/c xfs rw 0 0\ntmpfs /run tmpfs rw 0 0\n"

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	fake_file("/proc/self/mounts", "", 0);
	fake_answer("kill -1 15", -ESRCH, FAKE_ALWAYS);
	return 0;
}

/* What the machine did until its end. */
static const char *end_machine(void)
{
	if (setjmp(fake_end) == 0)
		power(&boot);
	return fake_calls;
}

static void powers_off_with_acpi(void **state)
{
	(void)state;
	fake_file("/sys/firmware", "", 0);
	fake_file("/sys/firmware/acpi", "", 0);
	assert_string_equal(end_machine(), "kill -1 15\nfork\nsync\nreboot poweroff\n");
}

static void chooses_reboot_without_acpi(void **state)
{
	(void)state;
	fake_file("/sys/firmware", "", 0);
	assert_non_null(strstr(end_machine(), "reboot restart\n"));
}

static void powers_off_where_sysfs_cannot_tell(void **state)
{
	(void)state;
	assert_non_null(strstr(end_machine(), "reboot poweroff\n"));
}

static void does_as_rdinit_exit_says(void **state)
{
	(void)state;
	boot.settings.exit = POWER_HALT;
	assert_non_null(strstr(end_machine(), "reboot halt\n"));
}

static void a_reboot_that_was_asked_for_stays_one(void **state)
{
	(void)state;
	boot.settings.exit = POWER_OFF;
	boot.power_action = POWER_REBOOT;
	assert_non_null(strstr(end_machine(), "reboot restart\n"));
}

static void releases_the_latest_disk_first_and_leaves_memory_alone(void **state)
{
	(void)state;
	fake_reset();
	fake_answer("kill -1 15", -ESRCH, FAKE_ALWAYS);
	fake_file("/proc/self/mounts", MOUNTS, sizeof(MOUNTS) - 1);
	assert_string_equal(end_machine(), "kill -1 15\nfork\nsync\numount /a b/c\numount /a b\n"
					   "reboot poweroff\n");
}

static void makes_a_busy_disk_read_only(void **state)
{
	(void)state;
	fake_reset();
	fake_answer("kill -1 15", -ESRCH, FAKE_ALWAYS);
	fake_file("/proc/self/mounts", MOUNTS, sizeof(MOUNTS) - 1);
	fake_answer("umount /a b/c", -EBUSY, FAKE_ALWAYS);
	assert_non_null(strstr(end_machine(), "umount /a b/c\nmount - /a b/c\numount /a b\n"));
	assert_string_equal(fake_console, "");
}

static void kills_what_does_not_hear_term(void **state)
{
	(void)state;
	fake_answer("kill -1 15", 0, FAKE_ALWAYS);
	fake_answer("wait", 0, FAKE_ALWAYS);
	assert_string_equal(end_machine(), "kill -1 15\nkill -1 18\nkill -1 9\n"
					   "fork\nsync\nreboot poweroff\n");
	assert_non_null(strstr(fake_console, "processes still running 5 s after SIGTERM: killed"));
}

static void a_request_meanwhile_shortens_the_grace(void **state)
{
	static const int signals[] = { SIGPWR, SIGNAL_CTRL_ALT_DEL };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		reset(state);
		fake_answer("kill -1 15", 0, FAKE_ALWAYS);
		fake_answer("wait", 0, FAKE_ALWAYS);
		fake_answer("sigwait", signals[i], 1);
		assert_string_equal(end_machine(), "kill -1 15\nkill -1 18\nkill -1 9\n"
						   "fork\nsync\nreboot poweroff\n");
		assert_non_null(strstr(fake_console, "still running 1 s after SIGTERM: killed"));
	}
}

static void a_second_request_counts_for_what_is_left(void **state)
{
	(void)state;
	fake_answer("kill -1 15", 0, FAKE_ALWAYS);
	fake_answer("wait", 0, FAKE_ALWAYS);
	boot.stop.requests = 2;
	assert_non_null(strstr(end_machine(), "kill -1 9\n"));
	assert_non_null(strstr(fake_console, "still running 1 s after SIGTERM: killed"));
}

/* Of these 20 leads a session with a terminal; 21 is in it, 22 leads one without, 23 has gone. */
static void hangs_up_on_those_who_lead_a_terminal(void **state)
{
	static const struct {
		const char *path, *text;
	} all[] = {
		{ "/proc/20/stat", "20 (a) S 1 9 9 9) S 1 20 20 1025 20 4194560 7 9\n" },
		{ "/proc/21/stat", "21 (sh) S 20 21 20 1025 21 4194560\n" },
		{ "/proc/22/stat", "22 (daemon) S 1 22 22 0 -1 4194560\n" },
		{ "/proc/24/stat", "24 (cut) S" },
		{ "/proc/2/stat", "2 (x) S 1 2 20 1025 21 4194560\n" },
	};
	static const char *const names[] = { "2/",  "20/",   "21/",  "22/", "23/",
					     "24/", "self/", "stat", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		fake_file(all[i].path, all[i].text, strlen(all[i].text));
	fake_dir("/proc", names);
	fake_answer("kill -1 15", 0, FAKE_ALWAYS);
	fake_answer("wait", -ECHILD, FAKE_ALWAYS);
	fake_answer("wait", 0, 1);
	assert_string_equal(end_machine(),
			    "kill -1 15\nkill -1 18\nkill 20 1\nfork\nsync\nreboot poweroff\n");
}

/* kill(2) counts the kernel's own threads. */
static void looks_for_no_terminal_when_every_process_has_ended(void **state)
{
	static const char *const names[] = { "20/", NULL };

	(void)state;
	fake_file("/proc/20/stat", "20 (a) S 1 20 20 1025 20\n", 26);
	fake_dir("/proc", names);
	fake_answer("kill -1 15", 0, FAKE_ALWAYS);
	fake_answer("wait", -ECHILD, FAKE_ALWAYS);
	assert_string_equal(end_machine(), "kill -1 15\nfork\nsync\nreboot poweroff\n");
}

/* The child that writes what is left is still there after a minute in which nothing was written. */
static void a_disk_that_hangs_is_given_up(void **state)
{
	static const char meminfo[] =
		"MemTotal: 262144 kB\nDirty:    40 kB\nWriteback:   2 kB\nWritebackTmp: 9 kB\n";
	int64_t started = sys_clock_ms();

	(void)state;
	fake_file("/proc/meminfo", meminfo, sizeof(meminfo) - 1);
	fake_answer("fork", 77, FAKE_ALWAYS);
	fake_child_ms = 1000000;
	assert_string_equal(end_machine(), "kill -1 15\nfork\nsync\nreboot poweroff\n");
	assert_non_null(strstr(
		fake_console, "a disk has not answered for 60 s: giving up with 42 KiB unwritten"));
	assert_int_equal(sys_clock_ms() - started, 61000); /* the first look is after a second */
}

/* The child that died may have written nothing: what it did is done here. */
static void a_child_that_dies_leaves_no_disk_behind(void **state)
{
	(void)state;
	fake_answer("fork", FAKE_DIES, FAKE_ALWAYS);
	assert_string_equal(end_machine(), "kill -1 15\nfork\nsync\nreboot poweroff\n");
}

static void disks_are_waited_for(void **state)
{
	(void)state;
	fake_answer("fork", 77, FAKE_ALWAYS);
	fake_child_ms = 29500;
	assert_string_equal(end_machine(), "kill -1 15\nfork\nsync\nreboot poweroff\n");
	assert_int_equal(sys_clock_ms(), 29500);
	assert_string_equal(fake_console, "");
}

static void tries_another_way_when_the_kernel_refuses_one(void **state)
{
	(void)state;
	fake_answer("reboot poweroff", -EPERM, FAKE_ALWAYS);
	assert_non_null(strstr(end_machine(), "reboot poweroff\nreboot restart\n"));
	assert_non_null(strstr(fake_console, "Operation not permitted (EPERM)"));
}

static void never_returns_when_the_kernel_refuses_every_way(void **state)
{
	(void)state;
	fake_answer("reboot", -EPERM, FAKE_ALWAYS);
	assert_non_null(strstr(end_machine(), "reboot poweroff\nreboot restart\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(powers_off_with_acpi, reset),
		cmocka_unit_test_setup(chooses_reboot_without_acpi, reset),
		cmocka_unit_test_setup(powers_off_where_sysfs_cannot_tell, reset),
		cmocka_unit_test_setup(does_as_rdinit_exit_says, reset),
		cmocka_unit_test_setup(a_reboot_that_was_asked_for_stays_one, reset),
		cmocka_unit_test_setup(releases_the_latest_disk_first_and_leaves_memory_alone,
				       reset),
		cmocka_unit_test_setup(makes_a_busy_disk_read_only, reset),
		cmocka_unit_test_setup(hangs_up_on_those_who_lead_a_terminal, reset),
		cmocka_unit_test_setup(looks_for_no_terminal_when_every_process_has_ended, reset),
		cmocka_unit_test_setup(kills_what_does_not_hear_term, reset),
		cmocka_unit_test_setup(a_request_meanwhile_shortens_the_grace, reset),
		cmocka_unit_test_setup(a_second_request_counts_for_what_is_left, reset),
		cmocka_unit_test_setup(a_disk_that_hangs_is_given_up, reset),
		cmocka_unit_test_setup(a_child_that_dies_leaves_no_disk_behind, reset),
		cmocka_unit_test_setup(disks_are_waited_for, reset),
		cmocka_unit_test_setup(tries_another_way_when_the_kernel_refuses_one, reset),
		cmocka_unit_test_setup(never_returns_when_the_kernel_refuses_every_way, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
