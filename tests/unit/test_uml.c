/* test_uml.c - the command line of User-mode Linux. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/run/arguments.h"
#include "tools/lib/run/uml.h"

static void every_argument_has_its_place(void **state)
{
	static const char *const wanted[] = { "/k/linux", "mem=128M", "initrd=/proc/self/fd/9", "root=",
					      "con=null", "ssl=null", "ssl0=fd:3", "ssl1=fd:5",
					      "ssl2=fd:4", "ubd0=/a", "ubd1r=/b",
					      "ubd2=/tmp/s/cow2,/c", "quiet root=/dev/ubda" };
	struct disk disks[] = { { .path = (char *)"/a" },
				{ .path = (char *)"/b", .use = DISK_READONLY },
				{ .path = (char *)"/c", .use = DISK_SNAPSHOT } };
	struct machine_config config = { .kernel = "/k/linux", .initrd = "/proc/self/fd/9",
					 .append = "quiet root=/dev/ubda", .type = MACHINE_UML,
					 .stdio = STDIO_PIPE, .memory_mib = 128, .scratch = "/tmp/s",
					 .disks = disks, .disk_count = 3 };
	struct qemu_ends ends = { .console = 3, .wire = 4, .stdio = 5 };
	char **list = uml_arguments(&config, &ends);
	size_t count = sizeof(wanted) / sizeof(wanted[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_string_equal(list[i], wanted[i]);
	assert_null(list[count]);
	arguments_free(list);
}

static void a_console_alone_has_no_line_for_streams(void **state)
{
	struct machine_config config = { .kernel = "linux", .initrd = "i", .append = "", .type = MACHINE_UML,
					 .stdio = STDIO_CONSOLE };
	struct qemu_ends ends = { .console = 3, .wire = 4, .stdio = -1 };
	char **list = uml_arguments(&config, &ends);

	(void)state;
	for (size_t i = 0; list[i]; i++)
		assert_int_not_equal(strncmp(list[i], "ssl1", 4), 0);
	arguments_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_argument_has_its_place),
		cmocka_unit_test(a_console_alone_has_no_line_for_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
