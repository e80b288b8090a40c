// SPDX-License-Identifier: MIT
/* test_kernel_image.c - headers of bzImages and notes of vmlinux files, whole, cut and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>

#include "tools/lib/kernel/bzimage.h"
#include "tools/lib/kernel/vmlinux.h"

#define IMAGE 4096 /* bytes: one sector of setup header, two of code, and a payload in it */
#define START 1024 /* where the code begins */

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void make_image(uint8_t image[IMAGE])
{
	memset(image, 0, IMAGE);
	image[0x1f1] = 1;
	put32(image + 0x1f4, (IMAGE - START) / 16);
	memcpy(image + 0x202, "HdrS\x0f\x02", 6);
	image[0x20e] = 0x80, image[0x20f] = 0x01;
	memcpy(image + 0x200 + 0x180, "6.1.0-test (who@where)", 22);
	put32(image + 0x248, 64);
	put32(image + 0x24c, 100);
	put32(image + START + 64 + 96, 123456);
}

static enum bzimage_error parse(const uint8_t *bytes, size_t len, struct bzimage *image)
{
	uint8_t *copy = malloc(len ? len : 1); /* of exactly this size, for the sanitizer */
	enum bzimage_error result;

	memcpy(copy, bytes, len);
	result = bzimage_parse((struct span){ copy, len }, image);
	free(copy);
	return result;
}

static void the_version_and_the_payload_are_found(void **state)
{
	uint8_t bytes[IMAGE];
	struct bzimage image;

	(void)state;
	make_image(bytes);
	assert_int_equal(bzimage_parse((struct span){ bytes, IMAGE }, &image), BZIMAGE_OK);
	assert_int_equal(image.version.len, 10);
	assert_memory_equal(image.version.data, "6.1.0-test", 10);
	assert_ptr_equal(image.payload.data, bytes + START + 64);
	assert_int_equal(image.payload.len, 100);
	assert_int_equal(image.unpacked, 123456);
}

static void every_truncation_is_reported(void **state)
{
	uint8_t bytes[IMAGE];
	struct bzimage image;

	(void)state;
	make_image(bytes);
	for (size_t len = 0; len < IMAGE; len++)
		assert_int_not_equal(parse(bytes, len, &image), BZIMAGE_OK);
}

static void a_payload_that_is_not_inside_is_none(void **state)
{
	static const uint32_t bad[][2] = {
		{ 64, 0xffffffff }, { 0xffffffff, 100 },  { 64, 3 },
		{ 64, 0 },	    { IMAGE - START, 4 }, { IMAGE, 100 }
	};
	uint8_t bytes[IMAGE];
	struct bzimage image;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make_image(bytes);
		put32(bytes + 0x248, bad[i][0]);
		put32(bytes + 0x24c, bad[i][1]);
		assert_int_equal(parse(bytes, IMAGE, &image), BZIMAGE_OK);
		assert_null(image.payload.data);
	}
}

static void an_old_protocol_has_no_payload(void **state)
{
	uint8_t bytes[IMAGE];
	struct bzimage image;

	(void)state;
	make_image(bytes);
	bytes[0x206] = 7;
	assert_int_equal(parse(bytes, IMAGE, &image), BZIMAGE_OK);
	assert_null(image.payload.data);
}

static void a_version_without_an_end_is_reported(void **state)
{
	uint8_t bytes[IMAGE];
	struct bzimage image;

	(void)state;
	make_image(bytes);
	memset(bytes + 0x380, 'x', 300);
	assert_int_equal(parse(bytes, IMAGE, &image), BZIMAGE_NO_VERSION);
	make_image(bytes);
	bytes[0x20e] = bytes[0x20f] = 0xff;
	assert_int_equal(parse(bytes, IMAGE, &image), BZIMAGE_NO_VERSION);
}

struct elf {
	Elf64_Ehdr head;
	Elf64_Phdr load, notes;
	uint8_t note[52];
};

/* Another note with an odd name and description first, so that its padding counts. */
static void make_elf(struct elf *elf)
{
	static const uint8_t note[] = "\4\0\0\0\5\0\0\0\1\0\0\0GNU\0abcde\0\0\0"
				      "\4\0\0\0\4\0\0\0\x12\0\0\0Xen\0\0\0\0\1";

	memset(elf, 0, sizeof(*elf));
	memcpy(elf->head.e_ident, "\177ELF\2\1\1", 7);
	elf->head.e_machine = EM_X86_64;
	elf->head.e_phoff = offsetof(struct elf, load);
	elf->head.e_phentsize = sizeof(Elf64_Phdr);
	elf->head.e_phnum = 2;
	elf->load = (Elf64_Phdr){ .p_type = PT_LOAD, .p_vaddr = 0xffffffff81000000 };
	elf->notes = (Elf64_Phdr){ .p_type = PT_NOTE,
				   .p_offset = offsetof(struct elf, note),
				   .p_filesz = sizeof(note) - 1 };
	memcpy(elf->note, note, sizeof(note) - 1);
}

static int parse_elf(const struct elf *elf, size_t len, struct vmlinux *vmlinux)
{
	uint8_t *copy = malloc(len ? len : 1);
	int result;

	memcpy(copy, elf, len);
	result = vmlinux_parse((struct span){ copy, len }, vmlinux);
	free(copy);
	return result;
}

static void the_entry_note_is_found_behind_others(void **state)
{
	struct vmlinux vmlinux;
	struct elf elf;

	(void)state;
	make_elf(&elf);
	assert_int_equal(parse_elf(&elf, sizeof(elf), &vmlinux), 0);
	assert_true(vmlinux.runs_high && vmlinux.has_pvh && !vmlinux.is_dynamic);
	elf.note[24 + 8] = 17;
	assert_int_equal(parse_elf(&elf, sizeof(elf), &vmlinux), 0);
	assert_false(vmlinux.has_pvh);
}

static void a_program_is_no_kernel_for_a_machine(void **state)
{
	struct vmlinux vmlinux;
	struct elf elf;

	(void)state;
	make_elf(&elf);
	elf.load.p_vaddr = 0x60000000;
	elf.notes.p_type = PT_INTERP;
	assert_int_equal(parse_elf(&elf, sizeof(elf), &vmlinux), 0);
	assert_true(!vmlinux.runs_high && !vmlinux.has_pvh && vmlinux.is_dynamic);
}

static void no_cut_or_changed_elf_is_read_outside(void **state)
{
	struct vmlinux vmlinux;
	struct elf elf;

	(void)state;
	make_elf(&elf);
	for (size_t len = 0; len < sizeof(elf); len++) {
		int result = parse_elf(&elf, len, &vmlinux);

		assert_true(result == 0 || len < offsetof(struct elf, note));
		assert_false(vmlinux.has_pvh && len < offsetof(struct elf, note) + 44);
	}
	for (size_t at = 0; at < sizeof(elf); at++) {
		make_elf(&elf);
		((uint8_t *)&elf)[at] = 0xff;
		parse_elf(&elf, sizeof(elf), &vmlinux);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_and_the_payload_are_found),
		cmocka_unit_test(every_truncation_is_reported),
		cmocka_unit_test(a_payload_that_is_not_inside_is_none),
		cmocka_unit_test(an_old_protocol_has_no_payload),
		cmocka_unit_test(a_version_without_an_end_is_reported),
		cmocka_unit_test(the_entry_note_is_found_behind_others),
		cmocka_unit_test(a_program_is_no_kernel_for_a_machine),
		cmocka_unit_test(no_cut_or_changed_elf_is_read_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
