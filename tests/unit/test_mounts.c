// SPDX-License-Identifier: MIT
/* test_mounts.c - what rdinit.mount= asks for, call by call. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "init/pure/count.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

static struct boot boot;

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	boot.settings.timeout_s = 1;
	return 0;
}

/* Settings point into the text. */
static void ask(const char *text)
{
	static char kept[4][512];
	static unsigned int next;
	char *line = kept[next++ % 4];

	memcpy(line, text, strlen(text) + 1);
	settings_parse(&boot.settings, line, FROM_IMAGE);
}

static void makes_the_directories_of_each_line_and_mounts_in_their_order(void **state)
{
	(void)state;
	ask("\"rdinit.mount=tmpfs /srv/my\\040data tmpfs nosuid,size=1m\" "
	    "\"rdinit.mount=a /b virtiofs\" \"rdinit.mount=/b/0 /c none bind,ro\"");
	fake_answer("mkdir /srv", -EEXIST, 1);
	assert_int_equal(mounts_make(&boot), 0);
	assert_string_equal(fake_calls,
			    "mkdir /srv\nmkdir /srv/my data\nclone_vm\nmount tmpfs /srv/my data\n"
			    "mkdir /b\nclone_vm\nmount a /b\n"
			    "mkdir /c\nmount /b/0 /c\nmount - /c\n");
	assert_int_equal(fake_mount_flags, MS_BIND | MS_REMOUNT | MS_RDONLY);
}

static void options_are_those_of_mount(void **state)
{
	(void)state;
	ask("\"rdinit.mount=tmpfs /t tmpfs nosuid,noexec,size=1m,mode=0700\"");
	assert_int_equal(mounts_make(&boot), 0);
	assert_int_equal(fake_mount_flags, MS_NOSUID | MS_NOEXEC);
	assert_string_equal(fake_mount_options, "size=1m,mode=0700");
}

static void an_overlay_gets_its_directories(void **state)
{
	(void)state;
	ask("\"rdinit.mount=overlay /d overlay lowerdir=/l,upperdir=/r/u,workdir=/r/w\"");
	assert_int_equal(mounts_make(&boot), 0);
	assert_string_equal(fake_calls, "mkdir /d\nmkdir /r\nmkdir /r/u\nmkdir /r\nmkdir /r/w\n"
					"clone_vm\nmount overlay /d\n");
	assert_string_equal(fake_mount_options, "lowerdir=/l,upperdir=/r/u,workdir=/r/w");
}

static void a_tag_is_waited_for(void **state)
{
	(void)state;
	ask("\"rdinit.mount=tag /d 9p\"");
	fake_answer("mount tag /d", -ENOENT, 2);
	assert_int_equal(mounts_make(&boot), 0);
	assert_non_null(strstr(fake_console, "waiting for the tag tag"));
	assert_string_equal(fake_mount_options, "trans=virtio,version=9p2000.L");
}

static void the_first_failure_stops_the_boot_and_is_named(void **state)
{
	static const struct {
		const char *parameters, *call, *says;
		int answer;
	} rows[] = {
		{ "\"rdinit.mount=tmpfs /a tmpfs\"", "mkdir /a", "make /a: Read-only file system",
		  -EROFS },
		{ "\"rdinit.mount=none /a nosuch\"", "mount none /a",
		  "mount none on /a: No such device", -ENODEV },
		{ "\"rdinit.mount=/x /a none bind\"", "stat /x",
		  "mount /x on /a: No such file or directory", -ENOENT },
		{ "\"rdinit.mount=o /a overlay upperdir=/u\"", "mkdir /u",
		  "make /u: No space left on device", -ENOSPC },
		{ "\"rdinit.mount=tmpfs\"", "none",
		  "parse rdinit.mount=tmpfs: expected \"SOURCE DIR", -EINVAL },
		{ "\"rdinit.mount=tmpfs a tmpfs\"", "none", "an absolute DIR", -EINVAL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		reset(state);
		ask(rows[i].parameters);
		ask("\"rdinit.mount=tmpfs /never tmpfs\"");
		fake_answer(rows[i].call, rows[i].answer, FAKE_ALWAYS);
		assert_int_equal(mounts_make(&boot), rows[i].answer);
		assert_non_null(strstr(fake_console, rows[i].says));
		assert_null(strstr(fake_calls, "never"));
	}
}

static void a_line_with_nofail_may_fail(void **state)
{
	(void)state;
	ask("\"rdinit.mount=none /a nosuch nofail\" \"rdinit.mount=tmpfs /b tmpfs\"");
	fake_answer("mount none /a", -ENODEV, FAKE_ALWAYS);
	assert_int_equal(mounts_make(&boot), 0);
	assert_non_null(strstr(fake_console, "going on without /a: its line has nofail"));
	assert_non_null(strstr(fake_calls, "mount tmpfs /b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(makes_the_directories_of_each_line_and_mounts_in_their_order,
				       reset),
		cmocka_unit_test_setup(options_are_those_of_mount, reset),
		cmocka_unit_test_setup(an_overlay_gets_its_directories, reset),
		cmocka_unit_test_setup(a_tag_is_waited_for, reset),
		cmocka_unit_test_setup(the_first_failure_stops_the_boot_and_is_named, reset),
		cmocka_unit_test_setup(a_line_with_nofail_may_fail, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
