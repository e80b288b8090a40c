// SPDX-License-Identifier: MIT
/* test_compress.c - what goes through a compressor comes back; damage and bombs do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lib/compress/compress.h"

static const char *const methods[] = { "gzip", "zstd", "lz4", "xz", "lzma", "bzip2" };
#define LZ4 2 /* its legacy format has no end: what is cut off at a block is not missed */
#define METHODS (sizeof(methods) / sizeof(methods[0]))

/* `data` compressed in pieces of `piece` bytes, at the level that is fastest. */
static struct buffer pack(const char *method, const char *data, size_t len, size_t piece)
{
	struct buffer packed = { 0 };
	const struct sink sink = sink_to(&packed);
	char *word = xasprintf("%s,1", method);
	struct compress_choice choice;
	struct compressor *compressor;
	const char *why;

	assert_int_equal(compress_choose(word, &choice, &why), 0);
	free(word);
	compressor = compressor_new(&choice, piece == len ? len : COMPRESS_SIZE_UNKNOWN, sink);
	for (size_t at = 0; at < len; at += piece)
		assert_int_equal(compressor_write(compressor, data + at,
						  len - at < piece ? len - at : piece),
				 0);
	assert_int_equal(compressor_finish(compressor), 0);
	return packed;
}

static struct span span_of(const struct buffer *buffer)
{
	return (struct span){ (const uint8_t *)buffer->data, buffer->len };
}

static void what_was_packed_comes_back(void **state)
{
	size_t len = 20 << 20; /* more than zstd's window, which then has no size to pledge */
	char *data = malloc(len);

	(void)state;
	for (size_t i = 0; i < len; i++)
		data[i] = (char)(i * i >> 7);
	for (size_t i = 0; i < METHODS; i++) {
		struct buffer packed = pack(methods[i], data, len, 100001), out = { 0 };
		size_t used;

		assert_string_equal(compress_name(compress_detect(span_of(&packed))), methods[i]);
		assert_null(decompress_buffer(span_of(&packed), &out, len, &used));
		assert_int_equal(used, packed.len);
		assert_int_equal(out.len, len);
		assert_memory_equal(out.data, data, len);
		buffer_free(&packed);
		buffer_free(&out);
	}
	free(data);
}

static void nothing_is_a_stream_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < METHODS; i++) {
		struct buffer packed = pack(methods[i], "", 0, 1), out = { 0 };
		size_t used;

		assert_null(decompress_buffer(span_of(&packed), &out, 1, &used));
		assert_int_equal(out.len, 0);
		buffer_free(&packed);
		buffer_free(&out);
	}
}

static void members_that_follow_each_other_are_joined(void **state)
{
	(void)state;
	for (size_t i = 0; i < METHODS; i++) {
		struct buffer packed = pack(methods[i], "one", 3, 3),
			      other = pack(methods[i], "two", 3, 3);
		struct buffer out = { 0 };
		size_t used;

		buffer_add(&packed, other.data, other.len);
		if (i != LZ4)
			buffer_text(&packed, "rest");
		assert_null(decompress_buffer(span_of(&packed), &out, 9, &used));
		assert_string_equal(out.data, "onetwo");
		assert_int_equal(used, packed.len - (i == LZ4 ? 0 : 4));
		buffer_free(&packed);
		buffer_free(&other);
		buffer_free(&out);
	}
}

static void every_truncation_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < METHODS; i++) {
		struct buffer packed = pack(methods[i], "some text, some text, and more", 30, 30);

		for (size_t len = 0; len < packed.len && i != LZ4; len++) {
			uint8_t *copy = malloc(len ? len : 1);
			struct buffer out = { 0 };
			size_t used;

			memcpy(copy, packed.data, len);
			assert_non_null(
				decompress_buffer((struct span){ copy, len }, &out, 99, &used));
			buffer_free(&out);
			free(copy);
		}
		buffer_free(&packed);
	}
}

static void a_bomb_stops_at_the_limit(void **state)
{
	size_t len = 30 << 20;
	char *zeros = calloc(1, len);

	(void)state;
	for (size_t i = 0; i < METHODS; i++) {
		struct buffer packed = pack(methods[i], zeros, len, len), out = { 0 };
		size_t used;

		assert_ptr_equal(decompress_buffer(span_of(&packed), &out, 1 << 20, &used),
				 decompress_over_limit);
		assert_true(out.len <= 1 << 20);
		buffer_free(&packed);
		buffer_free(&out);
	}
	free(zeros);
}

static void zstd_says_the_size_of_what_fits_the_window(void **state)
{
	struct buffer packed = pack("zstd", "abcdef", 6, 6);

	(void)state;
	/* RFC 8878, frame header: single segment flag (0x20), and the size where the
	 * window stood. */
	assert_true(packed.data[4] & 0x20);
	assert_int_equal(packed.data[5], 6);
	buffer_free(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_back),
		cmocka_unit_test(nothing_is_a_stream_too),
		cmocka_unit_test(members_that_follow_each_other_are_joined),
		cmocka_unit_test(every_truncation_is_an_error),
		cmocka_unit_test(a_bomb_stops_at_the_limit),
		cmocka_unit_test(zstd_says_the_size_of_what_fits_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
