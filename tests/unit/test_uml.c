// SPDX-License-Identifier: MIT
/* test_uml.c - the command line of User-mode Linux. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/machine/arguments.h"
#include "tools/lib/machine/uml.h"

struct vmlinux_image {
	Elf64_Ehdr head;
	Elf64_Phdr load, interpreter;
};

static void every_argument_has_its_place(void **state)
{
	static const char *const wanted[] = { "/k/linux",
					      "mem=128M",
					      "initrd=/proc/self/fd/9",
					      "root=",
					      "con=null",
					      "ssl=null",
					      "ssl0=fd:3",
					      "ssl1=fd:5",
					      "ssl2=fd:4",
					      "ubd0=/a",
					      "ubd1r=/b",
					      "ubd2=/tmp/s/cow2,/c",
					      "quiet root=/dev/ubda" };
	struct disk disks[] = { { .path = (char *)"/a" },
				{ .path = (char *)"/b", .use = DISK_READONLY },
				{ .path = (char *)"/c", .use = DISK_SNAPSHOT } };
	struct machine_config config = { .kernel = "/k/linux",
					 .initrd = "/proc/self/fd/9",
					 .append = "quiet root=/dev/ubda",
					 .type = MACHINE_UML,
					 .stdio = STDIO_PIPE,
					 .memory_mib = 128,
					 .scratch = "/tmp/s",
					 .disks = disks,
					 .disk_count = 3 };
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
	struct machine_config config = { .kernel = "linux",
					 .initrd = "i",
					 .append = "",
					 .type = MACHINE_UML,
					 .stdio = STDIO_CONSOLE };
	struct qemu_ends ends = { .console = 3, .wire = 4, .stdio = -1 };
	char **list = uml_arguments(&config, &ends);

	(void)state;
	for (size_t i = 0; list[i]; i++)
		assert_int_not_equal(strncmp(list[i], "ssl1", 4), 0);
	arguments_free(list);
}

#define OLD_REGISTERS 832 /* bytes: AVX */
#define AMX_REGISTERS 11008 /* bytes */

/* A program at a fixed place, with an interpreter or without. */
static struct span program(struct vmlinux_image *image, int is_dynamic)
{
	*image = (struct vmlinux_image){
		.head = { .e_ident = ELFMAG "\2\1\1",
			  .e_type = ET_EXEC,
			  .e_machine = EM_X86_64,
			  .e_version = 1,
			  .e_phoff = sizeof(Elf64_Ehdr),
			  .e_ehsize = sizeof(Elf64_Ehdr),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 2 },
		.load = { .p_type = PT_LOAD,
			  .p_vaddr = 0x60000000,
			  .p_paddr = 0x60000000,
			  .p_filesz = sizeof(*image),
			  .p_memsz = sizeof(*image) },
		.interpreter = { .p_type = is_dynamic ? PT_INTERP : PT_NULL },
	};
	return (struct span){ (const uint8_t *)image, sizeof(*image) };
}

static void a_static_kernel_cannot_be_helped(void **state)
{
	static const struct {
		int is_dynamic;
		unsigned int registers;
		int result;
	} rows[] = {
		{ 0, OLD_REGISTERS, 0 },
		{ 1, OLD_REGISTERS, 0 },
		{ 0, AMX_REGISTERS, -1 },
	};
	struct kernel kernel = { .image = (char *)"linux" };
	struct vmlinux_image image;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kernel_boot form = { .vmlinux = program(&image, rows[i].is_dynamic) };
		char *preload = (char *)"unset";

		assert_int_equal(uml_check_registers(&kernel, &form, rows[i].registers, &preload),
				 rows[i].result);
		assert_null(preload);
	}
}

static void the_library_that_helps_is_looked_for(void **state)
{
	struct kernel kernel = { .image = (char *)"linux" };
	struct vmlinux_image image;
	struct kernel_boot form = { .vmlinux = program(&image, 1) };
	char *preload;

	(void)state;
	/* It is looked for beside the program that runs, which has none here: that is what
	 * is said. */
	assert_int_equal(uml_check_registers(&kernel, &form, AMX_REGISTERS, &preload), -1);
	assert_null(preload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_argument_has_its_place),
		cmocka_unit_test(a_console_alone_has_no_line_for_streams),
		cmocka_unit_test(a_static_kernel_cannot_be_helped),
		cmocka_unit_test(the_library_that_helps_is_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
