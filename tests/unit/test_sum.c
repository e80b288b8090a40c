// SPDX-License-Identifier: MIT
/* test_sum.c - sums of more of a device than a view keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/pure/fsprobe/fsprobe.h"
#include "init/pure/fsprobe/sum.h"

#define SIZE (8 * 1024 * 1024)
#define ARENA (1024 * 1024) /* as /init has it */
#define HEADER (256 * 1024) /* bytes of each of the two of LUKS2, ... */
#define HEADER_MIN 16384 /* ... and what it may have */
#define HEADER_MAX (4 * 1024 * 1024)
#define PIECE VIEW_CUT_MAX

static uint8_t device[SIZE], arena[ARENA];
static uint64_t bad_at; /* where a sector cannot be read; 0: all can */
static int reads, bad_reads;

static int reset(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		device[i] = (uint8_t)(i * 7 + i / 256);
	bad_at = 0;
	reads = bad_reads = 0;
	return 0;
}

/* As /init does: behind what is kept, over what passed. */
static void feed(struct view *view)
{
	uint64_t at = view->want_offset;
	size_t len = view->want_len;
	int is_bad = bad_at >= at && bad_at < at + len && bad_at;

	assert_true(view->kept + len <= sizeof(arena));
	reads++;
	bad_reads += is_bad;
	memset(arena + view->kept, 0xee, sizeof(arena) - view->kept);
	if (is_bad)
		len = (size_t)(bad_at - at);
	memcpy(arena + view->kept, device + at, len);
	assert_int_equal(view_add(view, (struct span){ arena + view->kept, len }), 0);
}

static int sum_of(struct view *view, uint64_t at, size_t len, size_t hole,
		  uint8_t digest[SHA256_SIZE])
{
	static const uint8_t other[8] = "in place";
	int is_there;

	while (!(is_there = sum_sha256(view, at, len, hole, (struct span){ other, 8 }, digest)) &&
	       view->want_len)
		feed(view);
	return is_there;
}

static void a_sum_is_that_of_all_bytes_but_its_own(void **state)
{
	static const struct {
		size_t len, hole;
	} rows[] = {
		{ 8, 0 },
		{ 4096, 4088 },
		{ PIECE, 448 },
		{ PIECE + 1, PIECE - 8 },
		{ 2 * PIECE, PIECE },
		{ 10 * PIECE, 9 * PIECE + 100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t sum[SHA256_SIZE], wanted[SHA256_SIZE];
		struct view view = { .size = SIZE };

		reset(NULL);
		assert_true(sum_of(&view, 4096, rows[i].len, rows[i].hole, sum));
		memcpy(device + 4096 + rows[i].hole, "in place", 8);
		sha256((struct span){ device + 4096, rows[i].len }, wanted);
		assert_memory_equal(sum, wanted, sizeof(sum));
		assert_int_equal(reads, (rows[i].len + PIECE - 1) / PIECE);
		assert_int_equal(view.kept, 0);
		assert_true(sum_of(&view, 4096, rows[i].len, rows[i].hole, sum));
		assert_memory_equal(sum, wanted, sizeof(sum));
	}
}

static void a_view_keeps_what_was_cut_and_no_more(void **state)
{
	struct view view = { .size = SIZE };
	uint8_t sum[SHA256_SIZE];

	(void)state;
	assert_null(view_cut(&view, 65536, 512).data);
	assert_false(view.want_passes);
	feed(&view);
	assert_true(sum_of(&view, 0, HEADER, 448, sum));
	assert_int_equal(view.kept, 4096);
	assert_memory_equal(view_cut(&view, 65536, 512).data, device + 65536, 512);
	assert_non_null(view_pass(&view, HEADER - 512, 512).data);
	assert_null(view_cut(&view, 0, 512).data);
	assert_null(view_pass(&view, HEADER - 512, 512).data);
	assert_false(view.want_passes);
	feed(&view);
	assert_non_null(view_cut(&view, 0, 512).data);
	assert_null(view_pass(&view, HEADER - 512, 512).data);
	assert_true(view.want_passes);
}

static void sums_do_not_disturb_one_another_and_what_cannot_be_read_is_tried_once(void **state)
{
	uint8_t first[SHA256_SIZE], sum[SHA256_SIZE];
	struct view view = { .size = SIZE };

	(void)state;
	assert_true(sum_of(&view, 0, 4096, 448, first));
	bad_at = 500000;
	assert_false(sum_of(&view, 16384, SIZE / 2, 448, sum));
	assert_false(sum_of(&view, 16384, SIZE / 2, 448, sum));
	assert_int_equal(bad_reads, 1);
	assert_true(sum_of(&view, 32768, 65536, 448, sum));
	reads = 0;
	assert_true(sum_of(&view, 0, 4096, 448, sum));
	assert_memory_equal(sum, first, sizeof(sum));
	assert_false(sum_of(&view, SIZE - 4096, 8192, 448, sum));
	assert_false(sum_of(&view, SIZE + 4096, 8192, 448, sum));
	assert_int_equal(reads, 0);
	for (uint64_t i = 3; i < VIEW_SUMS; i++)
		assert_true(sum_of(&view, i << 16, 4096, 448, sum));
	assert_false(sum_of(&view, VIEW_SUMS << 16, 4096, 448, sum));
}

static void write_be64(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void write_header(uint64_t at, const char *magic, uint64_t size)
{
	uint8_t *header = device + at;

	memset(header, 0, 512);
	memcpy(header, magic, 6);
	header[7] = 2;
	write_be64(header + 8, size);
	write_be64(header + 256, at);
	memcpy(header + 72, "sha256", 6);
	memcpy(header + 168, "the-uuid", 8);
	sha256((struct span){ header, size }, header + 448);
}

static void a_header_that_cannot_be_read_has_its_copy_and_is_tried_once(void **state)
{
	struct finding finding = { 0 };
	struct view view = { .size = SIZE };

	(void)state;
	memset(device, 0, sizeof(device));
	write_header(0, "LUKS\xba\xbe", HEADER);
	write_header(HEADER, "SKUL\xba\xbe", HEADER);
	bad_at = 200000;
	while (!fsprobe(&view, &finding))
		feed(&view);
	assert_int_equal(finding.found, FOUND_ONE);
	assert_string_equal(finding.uuid, "the-uuid");
	assert_int_equal(bad_reads, 1);
}

/* The most that a device can ask for: each header is summed once, and only its start is kept. */
static void copies_wherever_one_may_stand_are_read_once(void **state)
{
	struct finding finding = { 0 };
	struct view view = { .size = SIZE };

	(void)state;
	memset(device, 0, sizeof(device));
	for (uint64_t at = HEADER_MIN; at <= HEADER_MAX; at *= 2)
		write_header(at, "SKUL\xba\xbe", at);
	write_header(0, "LUKS\xba\xbe", HEADER_MAX);
	while (!fsprobe(&view, &finding))
		feed(&view);
	assert_int_equal(finding.found, FOUND_ONE);
	for (uint64_t at = HEADER_MIN; at <= HEADER_MAX; at *= 2)
		device[at + 5000] ^= 1;
	device[5000] ^= 1;
	reads = 0;
	view = (struct view){ .size = SIZE };
	while (!fsprobe(&view, &finding))
		feed(&view);
	assert_int_equal(finding.found, FOUND_DAMAGED);
	assert_int_equal(finding.format, FORMAT_LUKS2);
	assert_in_range(reads, 200, 3 * HEADER_MAX / PIECE + 2 * VIEW_PARTS);
	assert_in_range(view.kept, 1, FSPROBE_HEAD + FSPROBE_TAIL + 16 * 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_sum_is_that_of_all_bytes_but_its_own, reset),
		cmocka_unit_test_setup(a_view_keeps_what_was_cut_and_no_more, reset),
		cmocka_unit_test_setup(
			sums_do_not_disturb_one_another_and_what_cannot_be_read_is_tried_once,
			reset),
		cmocka_unit_test_setup(a_header_that_cannot_be_read_has_its_copy_and_is_tried_once,
				       reset),
		cmocka_unit_test_setup(copies_wherever_one_may_stand_are_read_once, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
