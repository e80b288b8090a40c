// SPDX-License-Identifier: MIT
/* test_root_usr.c - /usr by the root's fstab, the check before a mount, and resume=, step
 * by step. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "init/root/root.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define FSCK "/sbin/fsck.ext4"
/* A child opens the device, another one mounts it. */
#define MOUNTED(path) "clone_vm\nfchdir root:" path "\nclone_vm\nmount /dev/vdb .\nchdir /\n"

static struct boot boot;
static int restarts;

void wire_report(const char *format, ...)
{
	(void)format;
}

int power(struct boot *unused)
{
	(void)unused;
	restarts++;
	longjmp(fake_end, 1);
}

static int reset(void **state)
{
	(void)state;
	fake_reset();
	restarts = 0;
	new_boot(&boot);
	settings_finish(&boot.settings);
	boot.settings.timeout_s = 1;
	boot.settings.root = "/dev/vda";
	boot.root.source.parameter = "root";
	boot.root.upper.name = "";
	memcpy(boot.root.source.device, "/dev/vda", 9);
	boot.root.source.found = FOUND_ONE;
	boot.root.source.format = FORMAT_EXT4;
	return 0;
}

/* --- /usr --- */

static void with_fstab(const char *text)
{
	fake_file("/newroot", "", 0);
	fake_file("root:/usr", "", 0);
	fake_file("/dev/vdb", "", 0);
	fake_file("root:/etc/fstab", text, strlen(text));
}

static void usr_is_mounted_as_the_fstab_says(void **state)
{
	(void)state;
	with_fstab(
		"# text\n/dev/vda / ext4 defaults 0 1\n/dev/vdb /usr xfs noatime,logbufs=8 0 0\n");
	assert_int_equal(root_usr(&boot), 0);
	assert_string_equal(fake_calls, MOUNTED("/usr"));
	assert_int_equal(fake_mount_flags, MS_NOATIME | MS_RDONLY | MS_SILENT);
	assert_string_equal(fake_mount_options, "logbufs=8");
}

static void what_is_marked_is_mounted_too(void **state)
{
	(void)state;
	with_fstab("/dev/vdb /etc ext4 x-initrd.mount,ro\n/dev/vdb /var ext4 defaults\n"
		   "/dev/vda / ext4 x-initrd.mount\n/dev/vdb /usr ext4 x-initrd.mount\n"
		   "/dev/vdb none swap x-initrd.mount\n"
		   "/dev/vdb /srv ext4 x-initrd.mounts\n/d /home none bind,x-initrd.mount\n");
	fake_file("root:/etc", "", 0);
	assert_int_equal(root_usr(&boot), 0);
	assert_string_equal(fake_calls, MOUNTED("/usr") MOUNTED("/etc"));
	assert_int_equal(fake_mount_flags, MS_RDONLY | MS_SILENT);
	assert_non_null(strstr(fake_console, "/home is a part of another file system (line 7 of"));
}

static void mounts_propagate_as_the_line_says(void **state)
{
	(void)state;
	with_fstab("/dev/vdb /usr xfs rshared\n");
	assert_int_equal(root_usr(&boot), 0);
	assert_string_equal(
		fake_calls,
		"clone_vm\nfchdir root:/usr\nclone_vm\nmount /dev/vdb .\nfchdir root:/usr\n"
		"mount - .\nchdir /\n");
	assert_int_equal(fake_mount_flags, MS_SHARED | MS_REC);
}

static void without_a_line_or_a_file_nothing_is_mounted(void **state)
{
	(void)state;
	with_fstab("/dev/vda / ext4 defaults 0 1\n/dev/vdb /usr/local xfs\n");
	assert_int_equal(root_usr(&boot), 0);
	reset(NULL);
	fake_file("/newroot", "", 0);
	assert_int_equal(root_usr(&boot), 0);
	assert_string_equal(fake_calls, "");
	assert_string_equal(fake_console, "");
}

static void a_damaged_line_is_said_and_passed_over(void **state)
{
	(void)state;
	with_fstab("/usr\n/dev/vdb /usr/ xfs\n");
	fake_file("root:/usr/", "", 0);
	assert_int_equal(root_usr(&boot), 0);
	assert_non_null(strstr(fake_console, "line 1 of the root's /etc/fstab is damaged"));
	assert_string_equal(fake_calls, MOUNTED("/usr/"));
}

static void a_part_of_another_file_system_is_left_alone(void **state)
{
	(void)state;
	with_fstab("/data/usr /usr none bind\n");
	assert_int_equal(root_usr(&boot), 0);
	assert_non_null(strstr(fake_console, "left to the root's own init"));
	assert_string_equal(fake_calls, "");
}

static void every_step_to_usr_can_fail(void **state)
{
	static const struct {
		const char *call, *fstab;
		int error, result;
		const char *says;
	} rows[] = {
		{ "open /newroot", "", -EIO, -EIO, "open /newroot: " },
		{ "open root:/etc/fstab", "", -EACCES, -EACCES, "read the root's /etc/fstab: " },
		{ "open root:/usr", "/dev/vdb /usr xfs", -ELOOP, -ELOOP,
		  "open the root's directory /usr: " },
		{ "fchdir", "/dev/vdb /usr xfs", -EACCES, -EACCES,
		  "enter the root's directory /usr: " },
		{ "mount - .", "/dev/vdb /usr xfs shared", -EINVAL, -EINVAL,
		  "change how mounts on . propagate" },
		{ "open /dev/vdb", "/dev/vdb /usr xfs", -ENOENT, -ETIMEDOUT,
		  "find /usr=/dev/vdb: " },
		{ "open /dev/vdb", "/dev/vdb /usr xfs nofail", -ENOENT, 0, "its line has nofail" },
		{ "-", "host:/usr /usr nfs", 0, -EINVAL, "parse /usr=host:/usr: not /dev/NAME" },
		{ "mount /dev/vdb", "/dev/vdb /usr xfs", -ENODEV, -ENODEV,
		  "mount /dev/vdb on /newroot/usr as xfs: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		log_step("root-usr");
		with_fstab(rows[i].fstab);
		fake_answer(rows[i].call, rows[i].error, FAKE_ALWAYS);
		assert_int_equal(root_usr(&boot), rows[i].result);
		if (!strstr(fake_console, rows[i].says))
			fail_msg("%s: %s", rows[i].call, fake_console);
	}
}

/* --- the check --- */

static int check(int status, const char *types)
{
	fake_file(FSCK, "", 0);
	fake_status = status;
	fake_answer("spawn", 77, FAKE_ALWAYS);
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_answer("wait", 77, 1);
	fake_answer("execve", 0, FAKE_ALWAYS);
	return check_source(&boot, &boot.root.source, types);
}

static void the_program_is_run_as_asked_for(void **state)
{
	static const struct {
		int mode, repair;
		const char *says;
	} rows[] = {
		{ FSCK_MODE_UNSET, FSCK_REPAIR_UNSET, "execve " FSCK " -a /dev/vda\n" },
		{ FSCK_MODE_AUTO, FSCK_REPAIR_PREEN, "execve " FSCK " -a /dev/vda\n" },
		{ FSCK_MODE_FORCE, FSCK_REPAIR_YES, "execve " FSCK " -y -f /dev/vda\n" },
		{ FSCK_MODE_FORCE, FSCK_REPAIR_NO, "execve " FSCK " -n -f /dev/vda\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		boot.settings.fsck_mode = rows[i].mode;
		boot.settings.fsck_repair = rows[i].repair;
		assert_int_equal(check(0, NULL), 0);
		assert_non_null(strstr(fake_calls, rows[i].says));
		assert_non_null(strstr(fake_console, "/dev/vda: checked by " FSCK));
	}
	reset(NULL);
	assert_int_equal(check(1 << 8, "xfs,../ext4,ext4"), 0);
	assert_non_null(strstr(fake_calls, "execve " FSCK " -a /dev/vda\n"));
	assert_non_null(strstr(fake_console, "/dev/vda: mended by " FSCK));
}

static void nothing_is_run(void **state)
{
	(void)state;
	boot.settings.fsck_mode = FSCK_MODE_SKIP;
	assert_int_equal(check(0, NULL), 0);
	assert_string_equal(fake_calls, "");
	reset(NULL);
	assert_int_equal(check(0, "xfs"), 0); /* it has no program */
	assert_string_equal(fake_calls, "");
	reset(NULL);
	fake_file("/sys/class/block/vda/ro", "1\n", 2);
	assert_int_equal(check(0, NULL), 0);
	assert_string_equal(fake_calls, "");
	assert_non_null(strstr(fake_console, "/dev/vda is write-protected: not checked"));
	reset(NULL);
	boot.root.source.format = FORMAT_NONE;
	assert_int_equal(check(0, NULL), 0);
	assert_string_equal(fake_calls, "");
	reset(NULL);
	boot.settings.overlay = "";
	fake_file(FSCK, "", 0);
	assert_int_equal(root_mount(&boot), 0); /* nothing is written to it */
	assert_null(strstr(fake_calls, "spawn\n"));
}

static void its_status_decides(void **state)
{
	(void)state;
	assert_int_equal(check(4 << 8, NULL), -EUCLEAN);
	assert_non_null(strstr(fake_console, "check /dev/vda: " FSCK " exited with status 4: "));
	reset(NULL);
	assert_int_equal(check(11, NULL), -EUCLEAN);
	assert_non_null(strstr(fake_console, FSCK " killed by SIGSEGV: "));
	reset(NULL);
	if (!setjmp(fake_end))
		check(3 << 8, NULL);
	assert_int_equal(restarts, 1);
	assert_int_equal(boot.settings.exit, POWER_REBOOT);
	assert_non_null(strstr(fake_console, "asks for a restart"));
	reset(NULL);
	fake_file(FSCK, "", 0); /* cannot be started */
	assert_int_equal(root_mount(&boot), 0);
	assert_non_null(strstr(fake_console, "run " FSCK ": "));
	assert_non_null(strstr(fake_calls, "mount /dev/vda /newroot\n"));
}

static void a_root_that_fails_its_check_is_not_mounted(void **state)
{
	(void)state;
	fake_file(FSCK, "", 0);
	fake_status = 12 << 8;
	fake_answer("spawn", 77, FAKE_ALWAYS);
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_answer("wait", 77, 1);
	fake_answer("execve", 0, FAKE_ALWAYS);
	assert_int_equal(root_mount(&boot), -EUCLEAN);
	assert_null(strstr(fake_calls, "mount /dev/vda"));
}

/* --- resume= --- */

static void can_hibernate(void)
{
	log_step("resume");
	fake_file("/proc/partitions", "", 0);
	fake_file("/sys/power/resume", "", 0);
	fake_file("/sys/power/resume_offset", "", 0);
	fake_file("/dev/vdb", "", 0);
	boot.settings.resume = "/dev/vdb";
}

static void the_number_and_the_offset_are_written(void **state)
{
	(void)state;
	can_hibernate();
	boot.settings.resume_offset = "4096";
	assert_int_equal(resume(&boot), 0);
	assert_string_equal(fake_calls, "clone_vm\nwrite /sys/power/resume_offset 4096\n"
					"write /sys/power/resume 254:0\n");
	assert_non_null(strstr(fake_console, "did not resume from /dev/vdb: starting afresh"));
}

static void what_is_no_swap_is_not_resumed_from(void **state)
{
	(void)state;
	can_hibernate();
	assert_int_equal(resume(&boot), 0);
	assert_string_equal(fake_calls, "clone_vm\n");
	assert_non_null(strstr(fake_console, "resume=/dev/vdb: /dev/vdb is no swap space"));
}

static void nothing_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(resume(&boot), 0);
	can_hibernate();
	boot.settings.resume_offset = "1";
	boot.settings.noresume = 1;
	assert_int_equal(resume(&boot), 0);
	assert_string_equal(fake_calls, "");
	assert_string_equal(fake_console, "");
}

static void every_step_of_a_resume_can_fail(void **state)
{
	static const struct {
		const char *call;
		int error, result;
		const char *says;
	} rows[] = {
		{ "access /sys/power/resume", -ENOENT, -ENOENT, "open /sys/power/resume: " },
		{ "open /dev/vdb", -ENOENT, -ETIMEDOUT, "find resume=/dev/vdb: " },
		{ "stat /dev/vdb", -EIO, -EIO, "stat /dev/vdb: " },
		{ "open /sys/power/resume_offset", -EACCES, -EACCES, "write resume_offset=1 to " },
		{ "write /sys/power/resume ", -EINVAL, -EINVAL,
		  "write 254:0 (/dev/vdb) to /sys/power/resume: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		can_hibernate();
		boot.settings.resume_offset = "1";
		boot.settings.timeout_s = i == 1 ? WAIT_FOREVER : 1;
		fake_answer(rows[i].call, rows[i].error, FAKE_ALWAYS);
		assert_int_equal(resume(&boot), rows[i].result);
		if (!strstr(fake_console, rows[i].says))
			fail_msg("%s: %s", rows[i].call, fake_console);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(usr_is_mounted_as_the_fstab_says, reset),
		cmocka_unit_test_setup(without_a_line_or_a_file_nothing_is_mounted, reset),
		cmocka_unit_test_setup(a_damaged_line_is_said_and_passed_over, reset),
		cmocka_unit_test_setup(a_part_of_another_file_system_is_left_alone, reset),
		cmocka_unit_test_setup(every_step_to_usr_can_fail, reset),
		cmocka_unit_test_setup(what_is_marked_is_mounted_too, reset),
		cmocka_unit_test_setup(mounts_propagate_as_the_line_says, reset),
		cmocka_unit_test_setup(the_program_is_run_as_asked_for, reset),
		cmocka_unit_test_setup(nothing_is_run, reset),
		cmocka_unit_test_setup(its_status_decides, reset),
		cmocka_unit_test_setup(a_root_that_fails_its_check_is_not_mounted, reset),
		cmocka_unit_test_setup(the_number_and_the_offset_are_written, reset),
		cmocka_unit_test_setup(what_is_no_swap_is_not_resumed_from, reset),
		cmocka_unit_test_setup(nothing_is_asked_for, reset),
		cmocka_unit_test_setup(every_step_of_a_resume_can_fail, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
