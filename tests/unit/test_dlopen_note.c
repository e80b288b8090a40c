// SPDX-License-Identifier: MIT
/* test_dlopen_note.c - what .note.dlopen says, whole and cut short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/program/elf_deps.h"
#include "tools/lib/program/dlopen_note.h"

static const char json[] =
	"[{\"feature\":\"zstd\",\"description\":\"Support for zstd\",\"priority\":\"required\","
	"\"soname\":[\"libzstd.so.2\",\"libzstd.so.1\"]},{\"soname\":[\"libx.so\"]}]";

static struct span span_of(const char *text, size_t len)
{
	return (struct span){ (const uint8_t *)text, len };
}

static void take_count(void *context, const struct dlopen_wish *wish)
{
	(void)wish;
	++*(int *)context;
}

static void take_first(void *context, const struct dlopen_wish *wish)
{
	int *count = context;

	if (!(*count)++) {
		assert_string_equal(wish->feature, "zstd");
		assert_string_equal(wish->description, "Support for zstd");
		assert_int_equal(wish->priority, DLOPEN_REQUIRED);
		assert_int_equal(wish->count, 2);
		assert_string_equal(wish->sonames[1], "libzstd.so.1");
	} else {
		assert_string_equal(wish->feature, "");
		assert_int_equal(wish->priority, DLOPEN_RECOMMENDED);
	}
}

static void a_note_has_wishes_in_their_order(void **state)
{
	int count = 0;

	(void)state;
	assert_int_equal(dlopen_note_read(span_of(json, sizeof(json)), take_first, &count), 0);
	assert_int_equal(count, 2);
	count = 0;
	assert_int_equal(dlopen_note_read(span_of("[]", 2), take_count, &count), 0);
	assert_int_equal(count, 0);
}

static void a_note_cut_short_has_none(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(json) - 1; len++) {
		char *copy = xmemdup(json, len); /* so that the sanitizer sees its end */
		int count = 0;

		assert_int_equal(dlopen_note_read(span_of(copy, len), take_count, &count), -1);
		assert_int_equal(count, 0);
		free(copy);
	}
}

/* An ELF file of one header and one segment of notes. */
static size_t make_elf(uint8_t *bytes, uint32_t name_len, uint32_t len, uint32_t type, size_t tail)
{
	static const uint32_t owner = 0x004f4446; /* "FDO" */
	const uint32_t note[] = { name_len, len, type, owner };
	Elf64_Ehdr header = { .e_ident = ELFMAG,
			      .e_type = ET_DYN,
			      .e_machine = EM_X86_64,
			      .e_version = 1,
			      .e_phoff = sizeof(header),
			      .e_ehsize = sizeof(header),
			      .e_phentsize = sizeof(Elf64_Phdr),
			      .e_phnum = 1 };
	Elf64_Phdr segment = { .p_type = PT_NOTE,
			       .p_offset = sizeof(header) + sizeof(segment),
			       .p_align = 4 };

	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_ident[EI_VERSION] = 1;
	segment.p_filesz = sizeof(note) + tail;
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), &segment, sizeof(segment));
	memcpy(bytes + segment.p_offset, note, sizeof(note));
	memcpy(bytes + segment.p_offset + sizeof(note), "[]\0", 4);
	return segment.p_offset + segment.p_filesz;
}

static void notes_end_within_their_segment(void **state)
{
	static const struct {
		uint32_t name_len, len, type;
		size_t tail;
		size_t count;
		int damaged;
	} rows[] = {
		{ 4, 3, 0x407c0c0a, 4, 1, 0 },
		{ 4, 3, 0x407c0c0a, 3, 1, 0 },
		{ 4, 3, 0x407c0c0b, 4, 0, 0 },
		{ 3, 3, 0x407c0c0a, 4, 0, 0 },
		{ 4, 5, 0x407c0c0a, 4, 0, 1 },
		{ 4, 0xffffffff, 0x407c0c0a, 4, 0, 1 },
		{ 0xffffffff, 3, 0x407c0c0a, 4, 0, 1 },
		{ 0xfffffffd, 0xfffffffd, 0x407c0c0a, 4, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[256];
		size_t len =
			make_elf(bytes, rows[i].name_len, rows[i].len, rows[i].type, rows[i].tail);
		uint8_t *copy = xmemdup(bytes, len);
		struct elf_deps deps;

		assert_int_equal(elf_deps_read((struct span){ copy, len }, &deps), ELF_KIND_GOOD);
		assert_int_equal(deps.dlopen_count, rows[i].count);
		assert_int_equal(deps.notes_are_damaged, rows[i].damaged);
		elf_deps_free(&deps);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_note_has_wishes_in_their_order),
		cmocka_unit_test(a_note_cut_short_has_none),
		cmocka_unit_test(notes_end_within_their_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
