// SPDX-License-Identifier: MIT
/* test_stay.c - the image is the system: its own init, or a shell where it has none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

static char *argv[] = { (char *)"/init", NULL };
static struct boot boot;

static int reset(void **state)
{
	(void)state;
	fake_reset();
	new_boot(&boot);
	boot.argv = argv;
	fake_file("/bin/sh", "", 0);
	fake_answer("spawn", 42, FAKE_ALWAYS);
	fake_answer("clone_vm", 42, FAKE_ALWAYS);
	fake_answer("execve /bin/sh", 0, FAKE_ALWAYS);
	return 0;
}

static void the_images_own_init_comes_first(void **state)
{
	(void)state;
	fake_file("/sbin/init", "", 0);
	assert_int_equal(stay(&boot), -ENOEXEC); /* the fake's execve never succeeds */
	assert_non_null(strstr(fake_calls, "execve /sbin/init\n"));
	assert_null(strstr(fake_calls, "spawn"));
}

static void a_shell_is_for_an_image_without_one(void **state)
{
	(void)state;
	assert_int_equal(stay(&boot), 0);
	assert_non_null(strstr(fake_calls, "spawn_in_foreground\nexecve /bin/sh -l\n"));
}

/* Nobody at the console becomes root because a file has the wrong mode, or cannot be read. */
static void an_init_that_cannot_be_used_ends_in_no_shell(void **state)
{
	static const int errors[] = { -EACCES, -EIO, -ENOMEM, -ELOOP };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		reset(NULL);
		fake_file("/sbin/init", "", 0);
		fake_answer("access /sbin/init", errors[i], FAKE_ALWAYS);
		fake_answer("execve /sbin/init", errors[i], FAKE_ALWAYS);
		assert_int_equal(stay(&boot), errors[i]);
		assert_null(strstr(fake_calls, "spawn"));
		assert_non_null(strstr(fake_console, "execute /sbin/init: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_images_own_init_comes_first, reset),
		cmocka_unit_test_setup(a_shell_is_for_an_image_without_one, reset),
		cmocka_unit_test_setup(an_init_that_cannot_be_used_ends_in_no_shell, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
