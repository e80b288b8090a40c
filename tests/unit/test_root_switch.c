// SPDX-License-Identifier: MIT
/* test_root_switch.c - what must hold before anything is deleted, and the way into the new root. */
#include <errno.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "init/boot.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define EXT4_MAGIC 0xef53
#define SCRIPT "#!/bin/sh\n"
#define NOT_OURS "MZ"

static const char *const in_root[] = { "a", "dir/", "mounted/", "b", NULL };
static const char *const in_dir[] = { "c", NULL };
static const char *const moved[] = { "root:/dev", "root:/proc", "root:/sys", "root:/run" };
static char *argv[] = { (char *)"/init", NULL };
static struct boot boot;

static int reset(void **state)
{
	(void)state;
	fake_reset();
	fake_dir("/", in_root);
	fake_dir("dir", in_dir);
	fake_answer("unlink mounted", -EBUSY, FAKE_ALWAYS);
	fake_file("/newroot", "", 0);
	for (int i = 0; i < 4; i++)
		fake_file(moved[i], "", 0);
	new_boot(&boot);
	boot.mode = MODE_HAND_OFF;
	boot.argv = argv;
	memcpy(boot.root.source.device, "/dev/vda", 9);
	return 0;
}

static void assert_nothing_was_touched(void)
{
	assert_string_equal(fake_calls, "");
}

static void deletes_all_but_mounts_and_becomes_the_init(void **state)
{
	(void)state;
	fake_program("root:/sbin/init");
	assert_int_equal(root_switch(&boot), -ENOEXEC); /* the fake's execve never succeeds */
	assert_string_equal(fake_calls,
			    "fchdir root:/dev\nmount /dev .\nfchdir root:/proc\nmount /proc .\n"
			    "fchdir root:/sys\nmount /sys .\nfchdir root:/run\nmount /run .\n"
			    "unlink a\nunlink c\nunlink dir\nunlink mounted\nunlink b\n"
			    "chdir /newroot\nmount . /\nchroot .\nchdir /\nexecve /sbin/init\n");
}

static void refuses_to_delete_when_root_is_a_disk(void **state)
{
	(void)state;
	fake_program("root:/sbin/init");
	fake_answer("fs_magic /", EXT4_MAGIC, FAKE_ALWAYS);
	assert_int_equal(root_switch(&boot), -EPERM);
	assert_nothing_was_touched();
	assert_non_null(strstr(fake_console, "/ is no initramfs (its type is ef53)"));
}

static void refuses_when_it_is_not_pid_1(void **state)
{
	(void)state;
	fake_program("root:/sbin/init");
	fake_answer("getpid", 2, FAKE_ALWAYS);
	assert_int_equal(root_switch(&boot), -EPERM);
	assert_nothing_was_touched();
}

static void refuses_when_nothing_is_mounted_on_newroot(void **state)
{
	(void)state;
	fake_program("root:/sbin/init");
	fake_answer("stat /newroot", 1, FAKE_ALWAYS);
	assert_int_equal(root_switch(&boot), -EINVAL);
	assert_nothing_was_touched();
}

static void deletes_nothing_when_no_init_is_found(void **state)
{
	(void)state;
	assert_int_equal(root_switch(&boot), -ENOENT);
	assert_nothing_was_touched();
	assert_non_null(strstr(fake_console, "find an init on /dev/vda"));
}

static void deletes_nothing_when_the_init_that_was_named_is_missing(void **state)
{
	(void)state;
	fake_program("root:/sbin/init");
	boot.settings.init = "/opt/init";
	assert_int_equal(root_switch(&boot), -ENOENT);
	assert_nothing_was_touched();
}

static void deletes_nothing_when_a_scripts_interpreter_is_missing(void **state)
{
	(void)state;
	fake_file("root:/opt/init", SCRIPT, sizeof(SCRIPT) - 1);
	boot.settings.init = "/opt/init";
	assert_int_equal(root_switch(&boot), -ENOENT);
	assert_nothing_was_touched();
	assert_non_null(strstr(fake_console, "its interpreter /bin/sh cannot be used"));
}

static void takes_a_script_whose_interpreter_is_there(void **state)
{
	(void)state;
	fake_file("root:/opt/init", SCRIPT, sizeof(SCRIPT) - 1);
	fake_program("root:/bin/sh");
	boot.settings.init = "/opt/init";
	root_switch(&boot);
	assert_non_null(strstr(fake_calls, "execve /opt/init\n"));
}

static void takes_as_many_scripts_in_a_row_as_the_kernel(void **state)
{
	static const struct {
		const char *path, *text;
	} scripts[] = { { "root:/opt/init", "#!/2\n" },
			{ "root:/2", "#!/3\n" },
			{ "root:/3", "#!/4\n" },
			{ "root:/4", "#!/5\n" },
			{ "root:/5", "#!/6\n" } };

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		fake_file(scripts[i].path, scripts[i].text, strlen(scripts[i].text));
	fake_program("root:/6");
	boot.settings.init = "/opt/init";
	root_switch(&boot);
	assert_non_null(strstr(fake_calls, "execve /opt/init\n"));
}

static void deletes_nothing_when_interpreters_go_in_a_ring(void **state)
{
	(void)state;
	fake_file("root:/bin/sh", SCRIPT, sizeof(SCRIPT) - 1);
	boot.settings.init = "/bin/sh";
	assert_int_equal(root_switch(&boot), -ELOOP);
	assert_nothing_was_touched();
}

static void passes_over_an_init_that_is_no_program(void **state)
{
	(void)state;
	fake_file("root:/sbin/init", NOT_OURS, sizeof(NOT_OURS) - 1);
	fake_program("root:/bin/init");
	root_switch(&boot);
	assert_non_null(strstr(fake_calls, "execve /bin/init\n"));
	assert_non_null(strstr(fake_console, "use /sbin/init of /dev/vda"));
}

/* Whoever is at the console would be root. */
static void a_shell_is_for_a_root_without_another_init(void **state)
{
	fake_program("root:/bin/sh");
	(void)state;
	root_switch(&boot);
	assert_non_null(strstr(fake_calls, "execve /bin/sh\n"));
	reset(NULL);
	fake_file("root:/sbin/init", NOT_OURS, sizeof(NOT_OURS) - 1);
	fake_program("root:/bin/sh");
	assert_int_equal(root_switch(&boot), -ENOEXEC);
	assert_nothing_was_touched();
	assert_non_null(strstr(fake_console, "find an init on /dev/vda: tried "));
}

static void an_init_that_cannot_be_read_for_now_is_tried_again(void **state)
{
	static const int errors[] = { -EIO, -EAGAIN, -ENOMEM, -EMFILE };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		for (int is_named = 0; is_named < 2; is_named++) {
			reset(NULL);
			boot.settings.init = is_named ? "/sbin/init" : "";
			fake_program("root:/sbin/init");
			fake_program("root:/bin/sh");
			fake_answer("open root:/sbin/init", errors[i], 4);
			root_switch(&boot);
			assert_non_null(strstr(fake_calls, "execve /sbin/init\n"));
			reset(NULL);
			boot.settings.init = is_named ? "/sbin/init" : NULL;
			fake_program("root:/sbin/init");
			fake_program("root:/bin/sh");
			fake_answer("open root:/sbin/init", errors[i], FAKE_ALWAYS);
			assert_int_equal(root_switch(&boot), errors[i]);
			assert_nothing_was_touched();
		}
}

static void makes_the_mount_point_that_the_root_lacks_or_lets_the_mount_go(void **state)
{
	(void)state;
	fake_program("root:/sbin/init");
	fake_answer("open root:/run", -ENOENT, 1);
	root_switch(&boot);
	assert_non_null(strstr(fake_calls, "mkdirat run\nfchdir root:/run\nmount /run .\n"));
	reset(NULL);
	fake_program("root:/sbin/init");
	fake_answer("open root:/run", -ENOENT, FAKE_ALWAYS);
	fake_answer("mkdirat", -EROFS, FAKE_ALWAYS);
	root_switch(&boot);
	assert_non_null(strstr(fake_calls, "mkdirat run\numount /run\n"));
	assert_non_null(strstr(fake_calls, "execve /sbin/init\n"));
	assert_non_null(
		strstr(fake_console,
		       "the root has no directory /run (EROFS): its init goes without that mount"));
	assert_null(strstr(fake_console, "hint"));
}

static void the_root_of_a_program_has_what_init_needs(void **state)
{
	static const char *const needed[] = { "/dev", "/proc", "/sys" };
	char call[80];

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		reset(NULL);
		boot.mode = MODE_RUN_IN_ROOT;
		snprintf(call, sizeof(call), "open root:%s", needed[i]);
		fake_answer(call, -ENOENT, FAKE_ALWAYS);
		fake_answer("mkdirat", -EROFS, FAKE_ALWAYS);
		assert_int_equal(root_switch(&boot), -EROFS);
		assert_null(strstr(fake_calls, "unlink"));
		snprintf(call, sizeof(call),
			 "move %s to the root (rd.overlay makes its directory): ", needed[i]);
		assert_non_null(strstr(fake_console, call));
	}
	reset(NULL);
	boot.mode = MODE_RUN_IN_ROOT;
	assert_int_equal(root_switch(&boot), 0);
}

static void what_is_no_mount_is_not_moved(void **state)
{
	(void)state;
	fake_program("root:/sbin/init");
	fake_answer("mount /run", -EINVAL, FAKE_ALWAYS);
	fake_answer("mount /sys", -EBUSY, FAKE_ALWAYS);
	root_switch(&boot);
	assert_null(strstr(fake_calls, "umount /run\n"));
	assert_non_null(strstr(fake_calls, "umount /sys\n"));
	assert_non_null(strstr(fake_console, "move /sys to the root: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(deletes_all_but_mounts_and_becomes_the_init, reset),
		cmocka_unit_test_setup(refuses_to_delete_when_root_is_a_disk, reset),
		cmocka_unit_test_setup(refuses_when_it_is_not_pid_1, reset),
		cmocka_unit_test_setup(refuses_when_nothing_is_mounted_on_newroot, reset),
		cmocka_unit_test_setup(deletes_nothing_when_no_init_is_found, reset),
		cmocka_unit_test_setup(deletes_nothing_when_the_init_that_was_named_is_missing,
				       reset),
		cmocka_unit_test_setup(deletes_nothing_when_a_scripts_interpreter_is_missing,
				       reset),
		cmocka_unit_test_setup(takes_a_script_whose_interpreter_is_there, reset),
		cmocka_unit_test_setup(takes_as_many_scripts_in_a_row_as_the_kernel, reset),
		cmocka_unit_test_setup(deletes_nothing_when_interpreters_go_in_a_ring, reset),
		cmocka_unit_test_setup(passes_over_an_init_that_is_no_program, reset),
		cmocka_unit_test_setup(a_shell_is_for_a_root_without_another_init, reset),
		cmocka_unit_test_setup(an_init_that_cannot_be_read_for_now_is_tried_again, reset),
		cmocka_unit_test_setup(the_root_of_a_program_has_what_init_needs, reset),
		cmocka_unit_test_setup(what_is_no_mount_is_not_moved, reset),
		cmocka_unit_test_setup(
			makes_the_mount_point_that_the_root_lacks_or_lets_the_mount_go, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
