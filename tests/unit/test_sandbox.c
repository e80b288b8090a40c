// SPDX-License-Identifier: MIT
/* test_sandbox.c - what the child that probes a device can still do, in a real process. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "init/device/probe.c" /* the child is its own affair */

enum act { LOOK, END, READ_INPUT, WRITE_CONSOLE, READ_DEVICE, OPEN, FORK, MAP, EXEC };

static struct job job;
static int device_fd;

/* Bare system calls: the sanitizer's own must not be what is stopped. Returns -errno, or what was
 * done. */
static long act(enum act what)
{
	char byte = 0;

	switch (what) {
	case LOOK:
		return job.bytes[0];
	case READ_INPUT:
		return syscall(SYS_read, 0, &byte, 1);
	case WRITE_CONSOLE:
		return syscall(SYS_write, 2, &byte, 1);
	case READ_DEVICE:
		return syscall(SYS_read, device_fd, &byte, 1);
	case OPEN:
		return syscall(SYS_openat, -100, "/", 0, 0);
	case FORK:
		return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	case MAP:
		return syscall(SYS_mmap, 0, 4096, 3, 0x22, -1, 0);
	case EXEC:
		return syscall(SYS_execve, "/bin/true", NULL, NULL);
	default:
		return 0;
	}
}

static int status_of(enum act what)
{
	int status, pid = fork();

	if (pid == 0) {
		confine(&job);
		syscall(SYS_exit, act(what) < 0 ? 8 : 7);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_child_may_look_and_end(void **state)
{
	(void)state;
	for (enum act what = LOOK; what <= END; what++)
		if (status_of(what) != 7 << 8)
			fail_msg("%d: status %x", (int)what, (unsigned int)status_of(what));
}

/* read(2) and write(2) are allowed, but nothing is open. */
static void it_can_neither_read_nor_write(void **state)
{
	(void)state;
	for (enum act what = READ_INPUT; what <= READ_DEVICE; what++)
		if (status_of(what) != 8 << 8)
			fail_msg("%d: status %x", (int)what, (unsigned int)status_of(what));
}

static void anything_else_kills_it(void **state)
{
	(void)state;
	for (enum act what = OPEN; what <= EXEC; what++) {
		int status = status_of(what);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			fail_msg("%d: status %x", (int)what, (unsigned int)status);
	}
}

/* A page that cannot be read, as the kernel tells it: here, one after the end of a file. */
static void a_page_that_cannot_be_read_ends_the_read_there(void **state)
{
	FILE *file = tmpfile();
	struct view view = { .size = 5 * PAGE, .head = 4 * PAGE };
	struct job short_job = { .device = job.device, .size = 5 * PAGE };
	struct finding finding = { 0 };
	const uint8_t *bytes;

	(void)state;
	assert_int_equal(ftruncate(fileno(file), 2 * PAGE), 0);
	bytes = mmap(NULL, 5 * PAGE, PROT_READ, MAP_SHARED, fileno(file), 0);
	assert_true(bytes != MAP_FAILED);
	sys_catch(SIGBUS, cannot_read);
	assert_null(view_cut(&view, 0, 1).data);
	assert_int_equal(feed(bytes, &view), 0);
	assert_true(view.is_bad);
	assert_int_equal(view.parts[0].bytes.len, 2 * PAGE);
	assert_null(view_cut(&view, 3 * PAGE, 1).data);
	assert_int_equal(feed(bytes, &view), 0); /* alone, once more */
	assert_int_equal(view.parts[1].bytes.len, 0);
	short_job.bytes = bytes;
	probe(&short_job, &finding);
	assert_int_equal(finding.found, FOUND_UNREADABLE);
	assert_int_equal(finding.error, EIO);
	signal(SIGBUS, SIG_DFL);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_may_look_and_end),
		cmocka_unit_test(it_can_neither_read_nor_write),
		cmocka_unit_test(anything_else_kills_it),
		cmocka_unit_test(a_page_that_cannot_be_read_ends_the_read_there),
	};
	static struct device device = { .name = "test" };

	job.device = &device;
	device_fd = open("/proc/self/exe", O_RDONLY);
	if (device_fd < 0 || sys_map_device(device_fd, PAGE, &job.bytes))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
