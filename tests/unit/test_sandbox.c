/* test_sandbox.c - what a probe's child may still do under its filter, in a real kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "init/device/probe.c" /* the filter is its own affair */

enum act {
	READ_DEVICE,
	READ_DISK,
	WRITE_PIPE,
	END,
	READ_OTHER,
	WRITE_DEVICE,
	WRITE_CONSOLE,
	OPEN,
	FORK,
	MAP,
	READ_PLAIN
};

static struct job job;
static int other;

/* Bare system calls: the sanitizer's own must not be what is stopped. */
static void act(enum act what)
{
	char byte = 0;

	switch (what) {
	case READ_DEVICE:
		syscall(SYS_pread64, job.fd, &byte, 1, 0);
		break;
	case READ_DISK:
		syscall(SYS_pread64, job.disk_fd, &byte, 1, 0);
		break;
	case WRITE_PIPE:
		syscall(SYS_write, job.pipe, &byte, 1);
		break;
	case READ_OTHER:
		syscall(SYS_pread64, other, &byte, 1, 0);
		break;
	case WRITE_DEVICE:
		syscall(SYS_write, job.fd, &byte, 1);
		break;
	case WRITE_CONSOLE:
		syscall(SYS_write, 2, &byte, 0);
		break;
	case OPEN:
		syscall(SYS_openat, -100, "/", 0, 0);
		break;
	case FORK:
		syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		break;
	case MAP:
		syscall(SYS_mmap, 0, 4096, 3, 0x22, -1, 0);
		break;
	case READ_PLAIN:
		syscall(SYS_read, job.fd, &byte, 1);
		break;
	case END:
		break;
	}
	syscall(SYS_exit_group, 7);
}

static int status_of(enum act what)
{
	int status, pid = fork();

	if (pid == 0) {
		give_up_rights(&job);
		act(what);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_child_may_read_its_device_tell_and_end(void **state)
{
	(void)state;
	for (enum act what = READ_DEVICE; what <= END; what++)
		if (status_of(what) != 7 << 8)
			fail_msg("%d: status %x", (int)what, (unsigned int)status_of(what));
}

static void anything_else_kills_it(void **state)
{
	(void)state;
	for (enum act what = READ_OTHER; what <= READ_PLAIN; what++) {
		int status = status_of(what);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%d: status %x", (int)what, (unsigned int)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_may_read_its_device_tell_and_end),
		cmocka_unit_test(anything_else_kills_it),
	};
	static struct device device = { .name = "test" };
	int ends[2];

	job.device = &device;
	job.fd = open("/proc/self/exe", O_RDONLY);
	job.disk_fd = open("/proc/self/exe", O_RDONLY);
	other = open("/proc/self/exe", O_RDONLY);
	if (job.fd < 0 || job.disk_fd < 0 || other < 0 || pipe(ends))
		return 1;
	job.pipe = ends[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
