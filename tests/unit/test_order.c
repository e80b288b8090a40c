// SPDX-License-Identifier: MIT
/* test_order.c - the rest of an image, as it comes over a virtio-serial port. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/newc.h"
#include "init/sys/sys.h"
#include "tests/unit/fake_sys.h"
#include "tests/unit/new_boot.h"

#define PORT "/dev/vport1p2"

static struct boot boot;
static uint8_t archive[8192];
static size_t archive_len;

static void put(const void *bytes, size_t len)
{
	memcpy(archive + archive_len, bytes, len);
	archive_len += len;
}

static void pad(void)
{
	put("\0\0\0", newc_padding(archive_len));
}

static void add(const char *name, struct newc_fields fields, const char *data)
{
	uint8_t header[NEWC_HEADER];

	fields.namesize = (uint32_t)strlen(name) + 1;
	fields.size = (uint32_t)strlen(data);
	newc_header(header, &fields);
	put(header, sizeof(header));
	put(name, fields.namesize);
	pad();
	put(data, fields.size);
	pad();
}

static void add_file(const char *name, const char *data)
{
	add(name, (struct newc_fields){ .mode = S_IFREG | 0644, .nlink = 1 }, data);
}

static void end_archive(void)
{
	add(NEWC_TRAILER, (struct newc_fields){ .nlink = 1 }, "");
}

static int reset(void **state)
{
	static const char *const ports[] = { "vport1p1", "vport1p2", NULL };
	static char *no_environment[] = { NULL };

	(void)state;
	fake_reset();
	new_boot(&boot);
	boot.envp = no_environment;
	archive_len = 0;
	boot.settings.order = "rdinit.order";
	fake_dir("/sys/class/virtio-ports", ports);
	fake_file("/sys/class/virtio-ports/vport1p1/name", "rdinit.stdio\n", 13);
	fake_file("/sys/class/virtio-ports/vport1p2/name", "rdinit.order\n", 13);
	fake_file("/proc/cmdline", "quiet rdinit.order=rdinit.order\n", 32);
	/* What an order makes, so that it can be opened afterwards. */
	fake_file("/etc/rdinit/run", "/app\0-x\0", 8);
	fake_file("/etc/rdinit/cmdline", "rdinit.user=7:8\n", 16);
	fake_file("/etc/rdinit/seed", "0123456789abcdef", 16);
	fake_file("/etc/rdinit/clock", "1796076056 669136548\n", 21);
	return 0;
}

static int receive(void)
{
	fake_file(PORT, archive, archive_len);
	return order_receive(&boot);
}

static void does_nothing_without_the_parameter(void **state)
{
	(void)state;
	boot.settings.order = NULL;
	assert_int_equal(order_receive(&boot), 0);
	assert_string_equal(fake_calls, "");
}

static void unpacks_every_kind_and_begins_anew(void **state)
{
	(void)state;
	add("etc", (struct newc_fields){ .mode = S_IFDIR | 0755, .nlink = 2 }, "");
	add_file("etc/rdinit/run", "/app");
	add("bin", (struct newc_fields){ .mode = S_IFLNK | 0777, .nlink = 1, .uid = 5, .gid = 6 },
	    "usr/bin");
	add("dev/x",
	    (struct newc_fields){
		    .mode = S_IFCHR | 0600, .nlink = 1, .rdev_major = 1, .rdev_minor = 3 },
	    "");
	end_archive();
	assert_int_equal(receive(), 0);
	assert_string_equal(fake_calls, "mkdir /etc\n"
					"unlink /etc/rdinit/run\n"
					"mknod /etc/rdinit/run 0:0\n"
					"write /etc/rdinit/run /app\n"
					"unlink /bin\n"
					"symlink usr/bin /bin\n"
					"chown /bin 5:6\n"
					"unlink /dev/x\n"
					"mknod /dev/x 1:3\n"
					"add_entropy 0123456789abcdef\n"
					"unlink /etc/rdinit/seed\n"
					"set_clock 1796076056.669136548\n");
	assert_int_equal(boot.mode, MODE_RUN);
	assert_string_equal(boot.program[0], "/app");
	assert_string_equal(boot.settings.user, "7:8");
	assert_int_equal(boot.settings.verbosity, VERBOSITY_QUIET); /* the kernel's line, again */
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *name;
		struct newc_fields fields;
		const char *call;
		long answer;
		int error;
		const char *said;
	} rows[] = {
		{ "x", { .mode = S_IFREG, .nlink = 2 }, NULL, 0, -EMLINK, "unpack /x: " },
		{ "x",
		  { .mode = S_IFREG, .nlink = 1 },
		  "mknod /x",
		  -ENOSPC,
		  -ENOSPC,
		  "unpack /x: " },
		{ "x", { .mode = S_IFLNK, .nlink = 1 }, "symlink", -EROFS, -EROFS, "unpack /x: " },
		{ "x",
		  { .mode = S_IFDIR, .nlink = 2 },
		  "mkdir /x",
		  -ENOSPC,
		  -ENOSPC,
		  "unpack /x: " },
		{ "etc",
		  { .mode = S_IFDIR, .nlink = 2 },
		  "open " PORT,
		  -EBUSY,
		  -EBUSY,
		  "open the virtio-serial port rdinit.order of rdinit.order=: " },
		{ "etc",
		  { .mode = S_IFDIR, .nlink = 2 },
		  "add_entropy",
		  -ENOSYS,
		  -ENOSYS,
		  "begin random numbers anew, from /etc/rdinit/seed: " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(state);
		if (rows[i].call)
			fake_answer(rows[i].call, rows[i].answer, FAKE_ALWAYS);
		add(rows[i].name, rows[i].fields, "");
		end_archive();
		assert_int_equal(receive(), rows[i].error);
		assert_non_null(strstr(fake_console, rows[i].said));
	}
}

static void refuses_what_is_no_archive(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int error;
	} rows[] = {
		{ "070701", 6, -ETIMEDOUT },
		{ "070702000000000000000000000000000000000000000000000000000000000000000000000000"
		  "00000000000000000000000000000000",
		  110, -EPROTO },
		{ "07070100000000000081a40000000000000000000000010000000000000000000000000000000000"
		  "000000000000000000000000000000",
		  110, -ENAMETOOLONG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset(state);
		put(rows[i].bytes, rows[i].len);
		assert_int_equal(receive(), rows[i].error);
		assert_non_null(strstr(fake_console, "read an archive: "));
		assert_null(strstr(fake_calls, "add_entropy"));
	}
}

static void waits_without_limit_for_the_first_byte_alone(void **state)
{
	(void)state;
	if (setjmp(fake_end) == 0)
		fail_msg("%d", receive());
	assert_string_equal(fake_calls, "");
}

static void has_a_seed_or_nothing_runs(void **state)
{
	(void)state;
	fake_file("/etc/rdinit/seed", "", 0);
	fake_answer("open /etc/rdinit/seed", -ENOENT, FAKE_ALWAYS);
	end_archive();
	assert_int_equal(receive(), -ENOENT);
	assert_null(boot.program[0]);
}

static void goes_on_with_a_wrong_clock(void **state)
{
	(void)state;
	fake_answer("open /etc/rdinit/clock", -ENOENT, FAKE_ALWAYS);
	end_archive();
	assert_int_equal(receive(), 0);
	assert_non_null(strstr(fake_console, "set the clock, from /etc/rdinit/clock: "));
	assert_null(strstr(fake_calls, "set_clock"));
}

static void names_the_port_that_is_missing(void **state)
{
	(void)state;
	boot.settings.order = "other";
	end_archive();
	assert_int_equal(receive(), -ENODEV);
	assert_non_null(strstr(fake_console, "virtio-serial port other of rdinit.order=: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(does_nothing_without_the_parameter, reset),
		cmocka_unit_test_setup(unpacks_every_kind_and_begins_anew, reset),
		cmocka_unit_test_setup(says_what_is_wrong, reset),
		cmocka_unit_test_setup(refuses_what_is_no_archive, reset),
		cmocka_unit_test_setup(waits_without_limit_for_the_first_byte_alone, reset),
		cmocka_unit_test_setup(has_a_seed_or_nothing_runs, reset),
		cmocka_unit_test_setup(goes_on_with_a_wrong_clock, reset),
		cmocka_unit_test_setup(names_the_port_that_is_missing, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
