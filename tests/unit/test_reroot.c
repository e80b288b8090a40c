// SPDX-License-Identifier: MIT
/* test_reroot.c - rdinit.root=tmpfs, call by call. */
#include <errno.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "init/pure/mode.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define MOVED                                                                                \
	"chdir /newroot\nmount /dev dev\nmount /proc proc\nmount /sys sys\nmount /run run\n" \
	"chdir /newroot\nmount . /\nchroot .\nchdir /\n"
#define MADE "unlink /newroot\n"

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	log_step("reroot");
	fake_answer("fs_magic /", TMPFS_MAGIC, FAKE_ALWAYS);
	boot.settings.program_root = "tmpfs";
	return 0;
}

static void does_nothing_unless_it_is_asked_for(void **state)
{
	(void)state;
	boot.settings.program_root = NULL;
	assert_int_equal(reroot(&boot), 0);
	assert_string_equal(fake_calls, "");
	assert_string_equal(fake_asked, "");
}

static void the_files_are_mounted_once_more_and_made_the_root(void **state)
{
	(void)state;
	assert_int_equal(reroot(&boot), 0);
	assert_string_equal(fake_calls, "mkdir /newroot\nmount / /newroot\n" MOVED MADE);
}

/* The image has it: it is the program's. */
static void a_directory_that_was_there_stays(void **state)
{
	(void)state;
	fake_answer("mkdir /newroot", -EEXIST, 1);
	assert_int_equal(reroot(&boot), 0);
	assert_string_equal(fake_calls, "mkdir /newroot\nmount / /newroot\n" MOVED);
}

static void options_are_those_of_the_tmpfs_that_is_there(void **state)
{
	(void)state;
	boot.settings.program_root = "tmpfs:size=80%,nr_inodes=0";
	fake_answer("mount / /newroot", -EIO, 1);
	assert_int_equal(reroot(&boot), -EIO);
	assert_string_equal(fake_calls, "mount - /\nmkdir /newroot\nmount / /newroot\n");
	reset(NULL);
	boot.settings.program_root = "tmpfs:size=x";
	fake_answer("mount - /", -EINVAL, 1);
	assert_int_equal(reroot(&boot), -EINVAL);
	assert_int_equal(fake_mount_flags, MS_REMOUNT);
	assert_string_equal(fake_mount_options, "size=x");
	assert_non_null(strstr(fake_console, "set rdinit.root=tmpfs:size=x: "));
}

static void a_ramfs_is_none(void **state)
{
	(void)state;
	fake_answer("fs_magic /", RAMFS_MAGIC, FAKE_ALWAYS);
	assert_int_equal(reroot(&boot), -EMEDIUMTYPE);
	assert_string_equal(fake_calls, "");
	assert_non_null(strstr(fake_console, "omit root= and rootfstype="));
}

static void what_is_no_mount_stays_where_it_is(void **state)
{
	(void)state;
	fake_answer("mount /run", -EINVAL, 1);
	fake_answer("mount /sys", -ENOENT, 1);
	assert_int_equal(reroot(&boot), 0);
	assert_string_equal(fake_calls, "mkdir /newroot\nmount / /newroot\n" MOVED MADE);
	reset(NULL);
	fake_answer("mount /proc", -EPERM, 1);
	assert_int_equal(reroot(&boot), -EPERM);
	assert_non_null(strstr(fake_console, "move /proc to /newroot: "));
}

static void the_mode_is_that_of_a_program_of_the_image(void **state)
{
	static const struct {
		const char *root, *options;
		enum mode mode;
	} rows[] = {
		{ NULL, NULL, MODE_RUN },
		{ "tmpfs", "", MODE_RUN },
		{ "tmpfs:", "", MODE_RUN },
		{ "tmpfs:size=1g", "size=1g", MODE_RUN },
		{ "tmpf", NULL, MODE_RUN_IN_ROOT },
		{ "tmpfs2", NULL, MODE_RUN_IN_ROOT },
		{ "/dev/vda", NULL, MODE_RUN_IN_ROOT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct settings settings = { .program_root = rows[i].root };
		const char *options = mode_tmpfs_root(&settings);

		assert_int_equal(mode_of(&settings, FROM_RUN_WORD, 0), rows[i].mode);
		assert_int_equal(options == NULL, rows[i].options == NULL);
		assert_true(!options || strcmp(options, rows[i].options) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(does_nothing_unless_it_is_asked_for, reset),
		cmocka_unit_test_setup(the_files_are_mounted_once_more_and_made_the_root, reset),
		cmocka_unit_test_setup(a_directory_that_was_there_stays, reset),
		cmocka_unit_test_setup(options_are_those_of_the_tmpfs_that_is_there, reset),
		cmocka_unit_test_setup(a_ramfs_is_none, reset),
		cmocka_unit_test_setup(what_is_no_mount_stays_where_it_is, reset),
		cmocka_unit_test_setup(the_mode_is_that_of_a_program_of_the_image, reset),
	};

	log_hints(hints_of_programs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
