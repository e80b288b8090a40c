// SPDX-License-Identifier: MIT
/* test_root_ram.c - the root copied to memory, and every way in which that ends before. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/layer/layer.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"
#include "tests/unit/fake_sys.h"

#define MADE "mkdir /run/rdinit/ram\nmount tmpfs /run/rdinit/ram\nmknod /run/rdinit/ram/root 0:0\n"

extern const struct opener ram_opener;

static struct source root;
static struct settings settings;
static struct loop loop;
static struct devices devices = { .loop = &loop };
static struct layers layers = { .settings = &settings, .devices = &devices };

static int copy_device(void)
{
	int file = NO_FILE, error = ram_opener.carry(&layers, &root, &file);

	return error ? error : file;
}

void wire_report(const char *format, ...)
{
	(void)format;
}

static int reset(void **state)
{
	static const char meminfo[] =
		"MemTotal:  262144 kB\nMemAvailable:     131072 kB\nBuffers: 1 kB\n";
	static const char bytes[8192];

	(void)state;
	fake_reset();
	memset(&loop, 0, sizeof(loop));
	loop_open(&loop);
	fake_reset();
	memset(&root, 0, sizeof(root));
	memcpy(root.device, "/dev/vda", 9);
	fake_file("/proc/meminfo", meminfo, sizeof(meminfo) - 1);
	fake_file("/dev/vda", bytes, sizeof(bytes));
	fake_file("/run/rdinit/ram/root", "", 0);
	return 0;
}

static void the_device_becomes_a_file(void **state)
{
	(void)state;
	assert_true(copy_device() >= 0);
	assert_string_equal(fake_calls, "clone_vm\n" MADE "clone_vm\n");
	assert_non_null(strstr(fake_console, "/dev/vda is in memory: 0 MiB\n"));
}

static void the_progress_of_a_long_copy_is_logged(void **state)
{
	(void)state;
	fake_answer("clone_vm", 77, FAKE_ALWAYS);
	fake_child_ms = 20000;
	assert_true(copy_device() >= 0);
	assert_non_null(strstr(fake_console, "copied 0 of 0 MiB of /dev/vda to memory\n"));
	assert_null(strstr(fake_calls, "kill"));
}

/* Both children, the one that finds its size and the one that copies, may hang. */
static void a_device_that_stops_is_reported_and_given_up(void **state)
{
	static const struct {
		const char *call, *says;
	} rows[] = {
		{ "open /dev/vda", "open /dev/vda to copy it to memory: " },
		{ "sendfile", "copy /dev/vda to memory: cannot be read after 0 of 0 MiB: " },
	};

	for (size_t i = 0; i < 2; i++) {
		reset(state);
		fake_answer("clone_vm", 77, FAKE_ALWAYS);
		fake_answer(rows[i].call, FAKE_HANGS, FAKE_ALWAYS);
		assert_int_equal(copy_device(), -ETIMEDOUT);
		assert_in_range(sys_clock_ms(), 120000, 126000);
		assert_non_null(
			strstr(fake_console, "copy /dev/vda to memory: no answer for 10 s\n"));
		assert_non_null(strstr(fake_console, rows[i].says));
		assert_non_null(strstr(fake_calls, "kill 7"));
	}
}

static void what_does_not_fit_is_refused_before(void **state)
{
	static const struct {
		long size;
		int error;
	} rows[] = { { 64L << 20, 0 }, { (64L << 20) + 1, -ENOMEM }, { 1L << 50, -ENOMEM } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(state);
		fake_answer("size /dev/vda", rows[i].size, FAKE_ALWAYS);
		assert_int_equal(copy_device(), rows[i].error ? rows[i].error : -EIO);
		assert_int_equal(strstr(fake_calls, "mount") == NULL, rows[i].error != 0);
	}
	assert_non_null(strstr(
		fake_console, "copy /dev/vda to memory: it has 1073741824 MiB, and of 128 MiB that "
			      "are free the system needs 64: "));
}

static void what_goes_wrong_names_what_and_how_far(void **state)
{
	static const struct {
		const char *call;
		long result;
		int error;
		const char *says;
	} rows[] = {
		{ "open /dev/vda", -ENXIO, -ENXIO, "open /dev/vda to copy it to memory: " },
		{ "open /proc/meminfo", -ENOENT, -ENOMEM, "and of 0 MiB that are free" },
		{ "mount", -ENODEV, -ENODEV, "mount tmpfs on /run/rdinit/ram: " },
		{ "mknod", -ENOSPC, -ENOSPC, "make /run/rdinit/ram/root: " },
		{ "open /run/rdinit/ram/root", -EMFILE, -EMFILE, "make /run/rdinit/ram/root: " },
		{ "sendfile", -EIO, -EIO,
		  "copy /dev/vda to memory: cannot be read after 0 of 0 MiB: " },
		{ "size /dev/vda", 9000, -EIO, "copy /dev/vda to memory: ends after 0 of 0 MiB: " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(state);
		fake_answer(rows[i].call, rows[i].result, FAKE_ALWAYS);
		if (copy_device() != rows[i].error || !strstr(fake_console, rows[i].says))
			fail_msg("%s: %s", rows[i].call, fake_console);
	}
}

static void a_file_system_on_several_devices_is_refused(void **state)
{
	(void)state;
	memcpy(root.members, "device=/dev/vda,device=/dev/vdb", 32);
	assert_int_equal(copy_device(), -EOPNOTSUPP);
	assert_string_equal(fake_calls, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_device_becomes_a_file, reset),
		cmocka_unit_test_setup(the_progress_of_a_long_copy_is_logged, reset),
		cmocka_unit_test_setup(a_device_that_stops_is_reported_and_given_up, reset),
		cmocka_unit_test_setup(what_does_not_fit_is_refused_before, reset),
		cmocka_unit_test_setup(what_goes_wrong_names_what_and_how_far, reset),
		cmocka_unit_test_setup(a_file_system_on_several_devices_is_refused, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
