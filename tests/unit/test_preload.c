// SPDX-License-Identifier: MIT
/* test_preload.c - a program loads the library that preload_set() named. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lib/base/preload.h"

/* Any library that is there: cmocka's. */
static void copy_library(const char *to)
{
	char command[1024];
	Dl_info info;

	assert_true(dladdr((void *)(uintptr_t)_cmocka_run_group_tests, &info));
	assert_true(snprintf(command, sizeof(command), "cp -L '%s' '%s'", info.dli_fname, to) <
		    (int)sizeof(command));
	assert_int_equal(system(command), 0);
}

/* Returns whether cat(1), as its own map shows, has loaded the library. */
static bool is_loaded(const char *library)
{
	static char maps[65536];
	size_t len = 0;
	ssize_t got;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		if (!preload_set(library))
			execlp("cat", "cat", "/proc/self/maps", (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	while ((got = read(ends[0], maps + len, sizeof(maps) - 1 - len)) > 0)
		len += (size_t)got;
	maps[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return strstr(maps, library);
}

static void a_path_may_have_what_ends_one_for_the_loader(void **state)
{
	static const char *const names[] = { "plain.so", "with a blank.so", "with:colons:.so" };
	char directory[] = "/tmp/rdinit preload-XXXXXX", path[128];

	assert_non_null(mkdtemp(directory));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		copy_library(path);
		assert_true(is_loaded(path));
		unlink(path);
	}
	rmdir(directory);
}

static void a_library_that_is_missing_is_an_error(void **state)
{
	assert_int_equal(preload_set("/nonexistent/library.so"), -1);
	assert_int_equal(errno, ENOENT);
	assert_null(getenv("LD_PRELOAD"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_may_have_what_ends_one_for_the_loader),
		cmocka_unit_test(a_library_that_is_missing_is_an_error),
	};

	unsetenv("LD_PRELOAD");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
