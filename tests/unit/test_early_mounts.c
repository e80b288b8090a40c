// SPDX-License-Identifier: MIT
/* test_early_mounts.c - /dev, /proc and /sys from kernels that give them, or have, or have not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/boot.h"
#include "tests/unit/fake_sys.h"

#define LINKS                                                                 \
	"symlink /proc/self/fd /dev/fd\nsymlink /proc/self/fd/0 /dev/stdin\n" \
	"symlink /proc/self/fd/1 /dev/stdout\nsymlink /proc/self/fd/2 /dev/stderr\n"
#define USUAL "mount devtmpfs /dev\nmount proc /proc\nmount sysfs /sys\n" LINKS

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	fake_reset();
	return 0;
}

static void mounts_the_three_and_says_nothing(void **state)
{
	(void)state;
	assert_int_equal(early_mounts(&boot), 0);
	assert_string_equal(fake_calls, USUAL);
	assert_string_equal(fake_console, "");
}

static void goes_on_when_the_kernel_mounted_dev_already(void **state)
{
	(void)state;
	fake_answer("mount devtmpfs", -EBUSY, 1);
	fake_answer("symlink", -EEXIST, FAKE_ALWAYS);
	assert_int_equal(early_mounts(&boot), 0);
	assert_string_equal(fake_calls, USUAL);
	assert_string_equal(fake_console, "");
}

static void makes_the_mount_point_that_an_image_lacks(void **state)
{
	(void)state;
	fake_answer("mount proc", -ENOENT, 1);
	assert_int_equal(early_mounts(&boot), 0);
	assert_non_null(strstr(fake_calls, "mount proc /proc\nmkdir /proc\nmount proc /proc\n"));
	assert_string_equal(fake_console, "");
}

static void makes_the_nodes_by_hand_without_devtmpfs(void **state)
{
	(void)state;
	fake_answer("mount devtmpfs", -ENODEV, FAKE_ALWAYS);
	assert_int_equal(early_mounts(&boot), 0);
	assert_non_null(strstr(fake_calls, "mount tmpfs /dev\nmknod /dev/console 5:1\n"));
	assert_non_null(strstr(fake_calls, "mknod /dev/null 1:3\n"));
	assert_non_null(strstr(fake_console, "mount devtmpfs on /dev: No such device (ENODEV)"));
}

static void says_once_that_no_node_may_be_made(void **state)
{
	(void)state;
	fake_answer("mount devtmpfs", -EPERM, FAKE_ALWAYS);
	fake_answer("mknod", -EPERM, FAKE_ALWAYS);
	assert_int_equal(early_mounts(&boot), 0);
	assert_null(strstr(fake_calls, "mknod /dev/null"));
}

static void stops_without_proc_and_names_it(void **state)
{
	(void)state;
	fake_answer("mount proc", -ENODEV, FAKE_ALWAYS);
	assert_int_equal(early_mounts(&boot), -ENODEV);
	assert_non_null(strstr(fake_console, "mount proc on /proc: No such device (ENODEV)"));
	assert_null(strstr(fake_calls, "symlink"));
}

static void goes_on_without_sysfs(void **state)
{
	(void)state;
	fake_answer("mount sysfs", -ENODEV, FAKE_ALWAYS);
	assert_int_equal(early_mounts(&boot), 0);
	assert_string_equal(fake_console, "");
}

static void stops_when_dev_can_be_nothing_at_all(void **state)
{
	(void)state;
	fake_answer("mount", -EPERM, FAKE_ALWAYS);
	assert_int_equal(early_mounts(&boot), -EPERM);
	assert_string_equal(fake_calls, "mount devtmpfs /dev\nmount tmpfs /dev\n");
}

static void is_silent_where_the_kernel_has_no_place_for_cgroups(void **state)
{
	(void)state;
	fake_answer("mount cgroup2", -ENOENT, FAKE_ALWAYS);
	fake_answer("mkdir /sys/fs/cgroup", -EPERM, FAKE_ALWAYS);
	assert_int_equal(late_mounts(&boot), 0);
	assert_string_equal(fake_console, "");
}

static void says_what_cannot_be_mounted_late_and_goes_on(void **state)
{
	(void)state;
	fake_answer("mount tmpfs /run", -ENOENT, FAKE_ALWAYS);
	fake_answer("mkdir /run", -EROFS, FAKE_ALWAYS);
	assert_int_equal(late_mounts(&boot), 0);
	assert_non_null(
		strstr(fake_console, "mount tmpfs on /run: No such file or directory (ENOENT)"));
	assert_non_null(strstr(fake_calls, "mount cgroup2 /sys/fs/cgroup"));
}

static void makes_tmp_for_all_to_write_unless_it_is_there(void **state)
{
	(void)state;
	assert_int_equal(late_mounts(&boot), 0);
	assert_non_null(strstr(fake_calls, "mkdir /tmp 1777 0\n"));
	reset(NULL);
	fake_file("/tmp", "", 0);
	assert_int_equal(late_mounts(&boot), 0);
	assert_null(strstr(fake_calls, "/tmp"));
	reset(NULL);
	fake_answer("mkdir /tmp", -EROFS, 1);
	assert_int_equal(late_mounts(&boot), 0);
	assert_non_null(strstr(fake_console, "make /tmp: Read-only file system (EROFS)"));
}

/* It has its own. */
static void makes_no_tmp_for_a_root(void **state)
{
	static const enum mode modes[] = { MODE_HAND_OFF, MODE_RUN_IN_ROOT };

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		boot.mode = modes[i];
		assert_int_equal(late_mounts(&boot), 0);
		assert_null(strstr(fake_calls, "/tmp"));
	}
	boot.mode = MODE_RUN;
	boot.settings.mounts = MOUNTS_MINIMAL;
	assert_int_equal(late_mounts(&boot), 0);
	assert_null(strstr(fake_calls, "/tmp"));
	boot.settings.mounts = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(mounts_the_three_and_says_nothing, reset),
		cmocka_unit_test_setup(goes_on_when_the_kernel_mounted_dev_already, reset),
		cmocka_unit_test_setup(makes_the_mount_point_that_an_image_lacks, reset),
		cmocka_unit_test_setup(makes_the_nodes_by_hand_without_devtmpfs, reset),
		cmocka_unit_test_setup(says_once_that_no_node_may_be_made, reset),
		cmocka_unit_test_setup(stops_without_proc_and_names_it, reset),
		cmocka_unit_test_setup(goes_on_without_sysfs, reset),
		cmocka_unit_test_setup(makes_tmp_for_all_to_write_unless_it_is_there, reset),
		cmocka_unit_test_setup(makes_no_tmp_for_a_root, reset),
		cmocka_unit_test_setup(stops_when_dev_can_be_nothing_at_all, reset),
		cmocka_unit_test_setup(is_silent_where_the_kernel_has_no_place_for_cgroups, reset),
		cmocka_unit_test_setup(says_what_cannot_be_mounted_late_and_goes_on, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
