// SPDX-License-Identifier: MIT
/* test_root_mount.c - what is mounted where, under an overlay too, and every step that can fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "init/sys/sys.h"
#include "init/wire/wire.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define FOLDERS \
	"mkdir /run\nmkdir /run/rdinit\nmkdir /run/rdinit/lower\nmkdir /run/rdinit/overlay\nmkdir /run/rdinit/host\nmkdir /newroot\n"
#define INNER "mkdir /run/rdinit/overlay/upper\nmkdir /run/rdinit/overlay/work\n"

static struct boot boot;

int power(struct boot *unused)
{
	(void)unused;
	return 0;
}

void wire_report(const char *format, ...)
{
	(void)format;
}

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	settings_finish(&boot.settings);
	boot.settings.timeout_s = 1;
	boot.settings.root = "/dev/vda";
	boot.root.upper.name = "";
	memcpy(boot.root.source.device, "/dev/vda", 9);
	boot.root.source.found = FOUND_ONE;
	boot.root.source.format = FORMAT_XFS;
	return 0;
}

/* The directories are made by root-find, whatever the root is. */
static int mount_with_overlay(void)
{
	int error = root_make_directories(&boot.settings);

	return error ? error : root_mount(&boot);
}

static void what_was_found_is_the_only_type_that_is_tried(void **state)
{
	(void)state;
	assert_int_equal(root_mount(&boot), 0);
	assert_string_equal(fake_calls, "mkdir /newroot\nclone_vm\nmount /dev/vda /newroot\n");
}

static void rootflags_are_those_of_mount(void **state)
{
	char flags[] = "noatime,subvol=@,x-a,rshared,compress";

	(void)state;
	boot.settings.rootflags = flags;
	settings_finish(&boot.settings);
	assert_int_equal(root_mount(&boot), 0);
	assert_string_equal(
		fake_calls,
		"mkdir /newroot\nclone_vm\nmount /dev/vda /newroot\nmount - /newroot\n");
	assert_int_equal(fake_mount_flags, MS_SHARED | MS_REC);
	fake_reset();
	boot.settings.root_mount.propagation = 0;
	assert_int_equal(root_mount(&boot), 0);
	assert_int_equal(fake_mount_flags, MS_RDONLY | MS_NOATIME | MS_SILENT);
	assert_string_equal(fake_mount_options, "subvol=@,compress");
	boot.settings.root_mount.is_bind = 1;
	assert_int_equal(root_mount(&boot), -EINVAL);
}

/* A device that does not answer holds up its own mount, and nothing else. */
static void a_mount_that_hangs_is_reported_and_given_up(void **state)
{
	(void)state;
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_answer("mount /dev/vda /newroot", FAKE_HANGS, 1);
	assert_int_equal(root_mount(&boot), -ETIMEDOUT);
	assert_int_equal(sys_clock_ms(), 610000);
	assert_non_null(
		strstr(fake_console, "mount /dev/vda on /newroot as xfs: no answer for 10 s\n"));
	assert_non_null(
		strstr(fake_console, "mount /dev/vda on /newroot as xfs: Operation timed out"));
	assert_non_null(strstr(fake_calls, "kill 77 9\n"));
	assert_int_equal(root_mount(&boot), 0);
}

/* As the kernel's error handling of a dead disk does: /init goes on at its own deadline. */
static void a_device_that_hangs_when_it_is_opened_is_reported_and_given_up(void **state)
{
	(void)state;
	boot.settings.timeout_s = 30;
	boot.settings.rootfstype = "xfs";
	fake_file("/dev/vda", "", 0);
	fake_file("/proc/partitions", "", 0);
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_answer("open /dev/vda", FAKE_HANGS, 1);
	assert_int_equal(root_find(&boot), -ETIMEDOUT);
	assert_int_equal(sys_clock_ms(), 30000);
	assert_non_null(strstr(fake_console, "open /dev/vda: no answer for 10 s\n"));
	assert_non_null(strstr(fake_console, "find root=/dev/vda: Operation timed out"));
	assert_non_null(strstr(fake_calls, "kill 77 9\n"));
	boot.settings.timeout_s = 5;
	assert_int_equal(root_find(&boot), 0);
}

static void a_share_that_hangs_is_reported_and_given_up(void **state)
{
	(void)state;
	boot.settings.root = "virtiofs:tag";
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_answer("mount tag /newroot", FAKE_HANGS, 1);
	assert_int_equal(root_find(&boot), 0);
	assert_int_equal(root_mount(&boot), -ETIMEDOUT);
	assert_int_equal(sys_clock_ms(), 610000);
	assert_non_null(strstr(fake_console, "mount tag on /newroot as virtiofs: no answer for"));
	assert_non_null(strstr(fake_calls, "kill 77 9\n"));
}

static void a_mount_that_takes_its_time_is_waited_for(void **state)
{
	(void)state;
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_child_ms = 599000;
	fake_answer("mount /dev/vda /newroot", -EIO, 1);
	assert_int_equal(root_mount(&boot), -EIO);
	assert_non_null(strstr(fake_console, "no answer for 10 s\n"));
	assert_null(strstr(fake_calls, "kill"));
}

static void a_type_without_a_driver_is_named(void **state)
{
	(void)state;
	fake_answer("mount /dev/vda", -ENODEV, FAKE_ALWAYS);
	assert_int_equal(root_mount(&boot), -ENODEV);
	assert_non_null(
		strstr(fake_console, "mount /dev/vda on /newroot as xfs: No such device (ENODEV)"));
	assert_non_null(strstr(fake_console,
			       "what is there is xfs: its driver is CONFIG_XFS_FS, or the "
			       "module xfs (rdinit pack --module xfs)"));
}

static void an_overlay_in_memory(void **state)
{
	(void)state;
	boot.settings.overlay = "";
	assert_int_equal(mount_with_overlay(), 0);
	assert_string_equal(fake_calls, FOLDERS "clone_vm\nmount /dev/vda /run/rdinit/lower\n"
						"mount tmpfs /run/rdinit/overlay\n" INNER
						"clone_vm\nmount overlay /newroot\n");
}

static void an_overlay_on_a_device(void **state)
{
	(void)state;
	boot.settings.overlay = boot.root.upper.name = "LABEL=x";
	memcpy(boot.root.upper.device, "/dev/vdb", 9);
	boot.root.upper.format = FORMAT_EXT2;
	fake_answer("mount /dev/vdb", -ENODEV, 1); /* ext4 reads it, too */
	boot.settings.mounts = MOUNTS_MINIMAL;
	assert_int_equal(mount_with_overlay(), 0);
	assert_string_equal(fake_calls, "mkdir /run\nmount tmpfs /run\nmkdir /run/rdinit\n"
					"mkdir /run/rdinit/lower\nmkdir /run/rdinit/overlay\n"
					"mkdir /run/rdinit/host\nmkdir /newroot\n"
					"clone_vm\nmount /dev/vda /run/rdinit/lower\n"
					"clone_vm\nmount /dev/vdb /run/rdinit/overlay\n"
					"clone_vm\nmount /dev/vdb /run/rdinit/overlay\n" INNER
					"clone_vm\nmount overlay /newroot\n");
}

static void every_step_of_an_overlay_can_fail(void **state)
{
	static const struct {
		const char *call;
		int error;
		const char *says;
	} rows[] = {
		{ "mkdir /newroot", -EROFS, "make /newroot: " },
		{ "mkdir /run/rdinit/lower", -ENOSPC, "make /run/rdinit/lower: " },
		{ "mount tmpfs /run", -ENOMEM, "mount tmpfs on /run: " },
		{ "mount /dev/vda", -EIO, "mount /dev/vda on /run/rdinit/lower as xfs: " },
		{ "mount tmpfs /run/rdinit", -ENOMEM, "mount tmpfs on /run/rdinit/overlay: " },
		{ "mkdir /run/rdinit/overlay/work", -ENOSPC, "make /run/rdinit/overlay/work: " },
		{ "mount overlay", -EINVAL, "mount overlay on /newroot: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		boot.settings.overlay = "";
		boot.settings.mounts = MOUNTS_MINIMAL;
		fake_answer(rows[i].call, rows[i].error, FAKE_ALWAYS);
		assert_int_equal(mount_with_overlay(), rows[i].error);
		if (!strstr(fake_console, rows[i].says))
			fail_msg("%s: %s", rows[i].call, fake_console);
	}
	reset(NULL);
	boot.settings.overlay = boot.root.upper.name = "LABEL=x";
	fake_file("/proc/filesystems", "nodev\tproc\n\tjfs\n", 17); /* nothing known is on it */
	memcpy(boot.root.upper.device, "/dev/vdb", 9);
	fake_answer("mount /dev/vdb", -EROFS, FAKE_ALWAYS);
	assert_int_equal(mount_with_overlay(), -EROFS);
	assert_non_null(strstr(fake_console, "mount /dev/vdb on /run/rdinit/overlay as jfs: "));
}

static void a_file_is_the_root_and_every_step_of_it_can_fail(void **state)
{
	static const struct {
		const char *call;
		int error;
		const char *says;
	} rows[] = {
		{ "-", 0, "" },
		{ "mount /dev/vda", -EIO, "mount /dev/vda on /run/rdinit/host as xfs: " },
		{ "open root:/f", -ENOENT, "open rdinit.loop=/f on /dev/vda: " },
		{ "open /dev/loop-control", -ENOENT, "open /dev/loop-control: " },
		{ "loop_free", -ENODEV, "find a free loop device: " },
		{ "open /dev/loop3", -ENXIO, "open /dev/loop3: " },
		{ "loop_attach", -EBUSY, "attach /f to /dev/loop3: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(NULL);
		boot.settings.loop = "/f";
		boot.settings.rootfstype = "squashfs";
		fake_file("/proc/partitions", "", 0);
		fake_file("/dev/vda", "", 0);
		fake_file("/run/rdinit/host", "", 0);
		fake_file("root:/f", "", 0);
		fake_file("/dev/loop-control", "", 0);
		fake_file("/dev/loop3", "", 0);
		fake_answer("loop_free", 3, FAKE_ALWAYS);
		fake_answer(rows[i].call, rows[i].error, FAKE_ALWAYS);
		assert_int_equal(root_find(&boot), rows[i].error);
		if (!strstr(fake_console, rows[i].says))
			fail_msg("%s: %s", rows[i].call, fake_console);
		if (i)
			continue;
		assert_int_equal(root_mount(&boot), 0);
		assert_non_null(strstr(fake_calls, "clone_vm\nmount /dev/vda /run/rdinit/host\n"
						   "mknod /dev/loop3 7:3\nloop_attach root:/f 5\n"
						   "mkdir /newroot\n"
						   "clone_vm\nmount /dev/loop3 /newroot\n"));
	}
}

/* A second tmpfs on /run would hide the file's carrier. */
static void a_file_or_share_under_an_overlay_gets_the_directories_once(void **state)
{
	static const char *const roots[] = { "/dev/vda", "9p:tag" };

	for (size_t i = 0; i < 2; i++) {
		const char *made;

		reset(state);
		boot.settings.root = roots[i];
		boot.settings.overlay = "";
		boot.settings.loop = "/f";
		boot.settings.mounts = MOUNTS_MINIMAL;
		fake_file("/dev/vda", "", 0);
		root_find(&boot); /* there is no such file */
		root_mount(&boot);
		made = strstr(fake_calls, "mount tmpfs /run\n");
		assert_non_null(made);
		assert_null(strstr(made + 1, "mount tmpfs /run\n"));
		assert_non_null(strstr(fake_calls, "mkdir /run/rdinit/lower\n"));
	}
}

static void a_folder_of_the_host_is_waited_for(void **state)
{
	(void)state;
	boot.settings.root = "virtiofs:tag";
	fake_answer("mount tag /newroot", -EINVAL, 2);
	assert_int_equal(root_find(&boot), 0);
	assert_string_equal(boot.root.source.device, "tag");
	assert_int_equal(root_mount(&boot), 0);
	assert_non_null(strstr(fake_console, "waiting for the tag tag"));
	reset(NULL);
	boot.settings.root = "tag";
	boot.settings.rootfstype = "9p";
	fake_answer("mount tag /newroot", -ENOENT, FAKE_ALWAYS);
	assert_int_equal(root_find(&boot), 0);
	assert_int_equal(root_mount(&boot), -ENOENT);
	assert_non_null(strstr(fake_console, "mount the host's directory tag on /newroot as 9p: "));
	reset(NULL);
	boot.settings.root = "9p:";
	assert_int_equal(root_find(&boot), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_found_is_the_only_type_that_is_tried, reset),
		cmocka_unit_test_setup(rootflags_are_those_of_mount, reset),
		cmocka_unit_test_setup(
			a_device_that_hangs_when_it_is_opened_is_reported_and_given_up, reset),
		cmocka_unit_test_setup(a_share_that_hangs_is_reported_and_given_up, reset),
		cmocka_unit_test_setup(a_mount_that_takes_its_time_is_waited_for, reset),
		cmocka_unit_test_setup(a_type_without_a_driver_is_named, reset),
		cmocka_unit_test_setup(an_overlay_in_memory, reset),
		cmocka_unit_test_setup(an_overlay_on_a_device, reset),
		cmocka_unit_test_setup(every_step_of_an_overlay_can_fail, reset),
		cmocka_unit_test_setup(a_file_is_the_root_and_every_step_of_it_can_fail, reset),
		cmocka_unit_test_setup(a_file_or_share_under_an_overlay_gets_the_directories_once,
				       reset),
		cmocka_unit_test_setup(a_folder_of_the_host_is_waited_for, reset),
		/* Last: from then on every mount is made in this process. */
		cmocka_unit_test_setup(a_mount_that_hangs_is_reported_and_given_up, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
