// SPDX-License-Identifier: MIT
/* test_newc.c - the newc reader against the kernel's rules, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/cpio/newc.h"
#include "tools/lib/cpio/newc_sieve.h"

struct text {
	uint8_t bytes[4096];
	size_t len;
};

static void put(struct text *text, const void *bytes, size_t len)
{
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

static void put_entry(struct text *text, const char *name, uint32_t mode, const char *data)
{
	struct newc_fields fields = { .ino = 7,
				      .mode = mode,
				      .nlink = 1,
				      .size = (uint32_t)strlen(data),
				      .namesize = (uint32_t)strlen(name) + 1 };
	uint8_t header[NEWC_HEADER];

	newc_header(header, &fields);
	put(text, header, sizeof(header));
	put(text, name, fields.namesize);
	put(text, "\0\0\0", newc_padding(text->len));
	put(text, data, fields.size);
	put(text, "\0\0\0", newc_padding(text->len));
}

static enum newc_result read_one(const struct text *text, struct newc_reader *reader,
				 struct newc_entry *entry)
{
	*reader = (struct newc_reader){ .span = { text->bytes, text->len } };
	return newc_next(reader, entry);
}

static void assert_fault(const struct text *text, const char *says, size_t offset)
{
	struct newc_reader reader;
	struct newc_entry entry;

	assert_int_equal(read_one(text, &reader, &entry), NEWC_FAULT);
	assert_non_null(strstr(reader.fault, says));
	assert_int_equal(reader.fault_offset, offset);
}

static void reads_what_the_header_writer_wrote(void **state)
{
	struct text text = { .len = 0 };
	struct newc_reader reader;
	struct newc_entry entry;

	(void)state;
	put_entry(&text, "etc/motd", 0100644, "hello");
	put_entry(&text, NEWC_TRAILER, 0, "");
	assert_int_equal(read_one(&text, &reader, &entry), NEWC_ENTRY);
	assert_string_equal(entry.name, "etc/motd");
	assert_int_equal(entry.fields.mode, 0100644);
	assert_int_equal(entry.fields.ino, 7);
	assert_int_equal(entry.data.len, 5);
	assert_memory_equal(entry.data.data, "hello", 5);
	assert_int_equal(newc_next(&reader, &entry), NEWC_END);
	assert_int_equal(reader.archive, 1);
}

static void writes_the_header_of_the_format_document(void **state)
{
	const struct newc_fields fields = {
		1, 0100644, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xfedcba98, 12
	};
	uint8_t header[NEWC_HEADER];

	(void)state;
	newc_header(header, &fields);
	assert_memory_equal(header,
			    "07070100000001000081A40000000200000003000000040000000500000006"
			    "0000000700000008000000090000000AFEDCBA980000000C",
			    NEWC_HEADER);
}

static void steps_over_zeros_and_trailers_between_archives(void **state)
{
	struct text text = { .len = 0 };
	struct newc_reader reader;
	struct newc_entry entry;

	(void)state;
	put_entry(&text, "one", 040755, "");
	put_entry(&text, NEWC_TRAILER, 0, "");
	memset(text.bytes + text.len, 0, 400);
	text.len += 400;
	put_entry(&text, "two", 040755, "");
	assert_int_equal(read_one(&text, &reader, &entry), NEWC_ENTRY);
	assert_int_equal(entry.archive, 0);
	assert_int_equal(newc_next(&reader, &entry), NEWC_ENTRY);
	assert_string_equal(entry.name, "two");
	assert_int_equal(entry.archive, 1);
	assert_int_equal(newc_next(&reader, &entry), NEWC_END);
}

static void stops_where_something_else_begins(void **state)
{
	struct text text = { .len = 0 };
	struct newc_reader reader;
	struct newc_entry entry;
	size_t end;

	(void)state;
	put_entry(&text, "one", 040755, "");
	end = text.len;
	put(&text, "\x1f\x8b", 2);
	assert_int_equal(read_one(&text, &reader, &entry), NEWC_ENTRY);
	assert_int_equal(newc_next(&reader, &entry), NEWC_OTHER);
	assert_int_equal(reader.offset, end);
}

static void takes_names_padded_with_zeros(void **state)
{
	struct text text = { .len = 0 };
	struct newc_fields fields = { .mode = 0100644, .size = 1, .namesize = 34 };
	uint8_t header[NEWC_HEADER], name[34] = "x";
	struct newc_reader reader;
	struct newc_entry entry;

	(void)state;
	newc_header(header, &fields);
	put(&text, header, sizeof(header));
	put(&text, name, sizeof(name));
	put(&text, "A", 1);
	assert_int_equal(read_one(&text, &reader, &entry), NEWC_ENTRY);
	assert_string_equal(entry.name, "x");
	assert_int_equal(entry.data.data[0], 'A');
}

static void refuses_an_entry_that_is_not_aligned(void **state)
{
	struct text text = { .len = 0 };
	struct newc_reader reader;
	struct newc_entry entry;

	(void)state;
	put_entry(&text, "one", 040755, "");
	put(&text, "\0", 1);
	put_entry(&text, "two", 040755, "");
	assert_int_equal(read_one(&text, &reader, &entry), NEWC_ENTRY);
	assert_int_equal(newc_next(&reader, &entry), NEWC_FAULT);
	assert_non_null(strstr(reader.fault, "multiple of 4"));
}

static void refuses_fields_that_are_not_eight_hex_digits(void **state)
{
	static const char *const bad[] = { "0x000001", " 0000001", "0000000g", "-0000001",
					   "+0000001" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct text text = { .len = 0 };

		put_entry(&text, "one", 040755, "");
		memcpy(text.bytes + 6 + 8 * i, bad[i], 8);
		assert_fault(&text, "8 hex digits", 6 + 8 * i);
	}
}

static void refuses_a_directory_with_data(void **state)
{
	struct text text = { .len = 0 };

	(void)state;
	put_entry(&text, "dir", 040755, "data");
	assert_fault(&text, "has data", 0);
}

static void checks_the_sum_of_070702(void **state)
{
	struct text text = { .len = 0 };
	struct newc_reader reader;
	struct newc_entry entry;

	(void)state;
	put_entry(&text, "one", 0100644, "AB"); /* sum 0x83 */
	memcpy(text.bytes, "070702", 6);
	assert_fault(&text, "checksum", 0);
	memcpy(text.bytes + 6 + 8 * 12, "00000083", 8);
	assert_int_equal(read_one(&text, &reader, &entry), NEWC_ENTRY);
}

/* Each prefix, in memory of just its size, so that the sanitizer sees one byte too far. */
static void never_reads_past_any_truncation(void **state)
{
	struct text text = { .len = 0 };
	size_t complete = 0;

	(void)state;
	put_entry(&text, "a/b", 0100644, "12345");
	put_entry(&text, "link", 0120777, "target");
	put_entry(&text, NEWC_TRAILER, 0, "");
	for (size_t len = 0; len <= text.len; len++) {
		uint8_t *copy = malloc(len ? len : 1);
		struct newc_reader reader = { .span = { copy, len } };
		struct newc_entry entry;
		enum newc_result result;

		memcpy(copy, text.bytes, len);
		while ((result = newc_next(&reader, &entry)) == NEWC_ENTRY)
			;
		assert_int_not_equal(result, NEWC_OTHER);
		complete += result == NEWC_END;
		free(copy);
	}
	/* Nothing at all; an entry with 0 to 3 bytes of its padding, twice; the trailer's one. */
	assert_int_equal(complete, 1 + 4 + 3 + 1);
}

/* Reads both to their end: the same but for the files' bytes, which are counted and not there. */
static void assert_same_without_bytes(struct newc_reader *all, struct newc_reader *kept)
{
	struct newc_entry one, other;
	enum newc_result result;

	while ((result = newc_next(all, &one)) == NEWC_ENTRY) {
		assert_int_equal(newc_next(kept, &other), NEWC_ENTRY);
		assert_string_equal(one.name, other.name);
		assert_int_equal(one.offset, other.offset);
		assert_int_equal(one.data.len, other.data.len);
		assert_int_equal(newc_data_offset(&other), newc_data_offset(&one));
		if (!other.data.data)
			assert_int_equal(other.fields.mode, 0100644);
		else
			assert_memory_equal(one.data.data, other.data.data, one.data.len);
	}
	assert_int_equal(newc_next(kept, &other), result);
	assert_int_equal(kept->offset + kept->gone, all->offset);
	if (result == NEWC_FAULT)
		assert_int_equal(kept->fault_offset, all->fault_offset);
}

static void a_sieve_keeps_all_but_the_bytes_of_files(void **state)
{
	struct text text = { .len = 0 };

	(void)state;
	put_entry(&text, "a/b", 0100644, "12345");
	put_entry(&text, "link", 0120777, "target");
	put_entry(&text, "empty", 0100644, "");
	put_entry(&text, "c", 0100644, "12345678");
	put_entry(&text, NEWC_TRAILER, 0, "");
	put(&text, "\0\0\0\0\0\0\0", 8);
	put_entry(&text, "d", 0100644, "x");
	put(&text, "junk", 4);
	for (size_t len = 0; len <= text.len; len++)
		for (size_t piece = 1; piece < 300; piece += piece < 9 ? 1 : 97) {
			struct buffer kept = { 0 };
			struct newc_sieve sieve = { .kept = &kept };
			struct newc_reader all = { .span = { text.bytes, len } }, some = { 0 };

			for (size_t at = 0; at < len; at += piece)
				newc_sieve_write(&sieve, text.bytes + at,
						 len - at < piece ? len - at : piece);
			buffer_add(&kept, "", 0);
			some.span = (struct span){ (const uint8_t *)kept.data, kept.len };
			some.gaps = sieve.gaps;
			some.gap_count = sieve.gap_count;
			assert_int_equal(sieve.total, len);
			assert_same_without_bytes(&all, &some);
			buffer_free(&kept);
			free(sieve.gaps);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_header_writer_wrote),
		cmocka_unit_test(writes_the_header_of_the_format_document),
		cmocka_unit_test(steps_over_zeros_and_trailers_between_archives),
		cmocka_unit_test(stops_where_something_else_begins),
		cmocka_unit_test(takes_names_padded_with_zeros),
		cmocka_unit_test(refuses_an_entry_that_is_not_aligned),
		cmocka_unit_test(refuses_fields_that_are_not_eight_hex_digits),
		cmocka_unit_test(refuses_a_directory_with_data),
		cmocka_unit_test(checks_the_sum_of_070702),
		cmocka_unit_test(never_reads_past_any_truncation),
		cmocka_unit_test(a_sieve_keeps_all_but_the_bytes_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
