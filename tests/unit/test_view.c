// SPDX-License-Identifier: MIT
/* test_view.c - what is read of a device: as little as it takes, in as few reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "init/pure/view.h"

#define SIZE (1 << 20)
#define HEAD 65536
#define TAIL 131072

static uint8_t device[SIZE];

static struct view new_view(void)
{
	return (struct view){ .size = SIZE, .head = HEAD, .tail = TAIL };
}

static void assert_wants(const struct view *view, uint64_t offset, size_t len)
{
	assert_int_equal(view->want_offset, offset);
	assert_int_equal(view->want_len, len);
}

static void add(struct view *view, size_t len)
{
	assert_int_equal(view_add(view, (struct span){ device + view->want_offset, len }), 0);
}

static void head_and_tail_are_one_read_each(void **state)
{
	struct view view = new_view();

	(void)state;
	assert_null(view_cut(&view, 1024, 512).data);
	assert_wants(&view, 0, HEAD);
	add(&view, HEAD);
	assert_ptr_equal(view_cut(&view, 1024, 512).data, device + 1024);
	assert_non_null(view_cut(&view, HEAD - 512, 512).data);
	assert_int_equal(view.want_len, 0);
	assert_null(view_cut(&view, SIZE - 512, 512).data);
	assert_wants(&view, SIZE - TAIL, TAIL);
	add(&view, TAIL);
	assert_non_null(view_cut(&view, SIZE - TAIL, 512).data);
}

static void what_lies_between_is_read_by_pages(void **state)
{
	struct view view = new_view();

	(void)state;
	assert_null(view_cut(&view, HEAD + 4096 + 100, 4096).data);
	assert_wants(&view, HEAD + 4096, 8192);
}

static void what_goes_over_the_head_is_read_with_it(void **state)
{
	struct view view = new_view();

	(void)state;
	assert_null(view_cut(&view, HEAD - 512, 1024).data);
	assert_wants(&view, 0, HEAD + 4096);
}

static void a_small_device_is_all_head(void **state)
{
	struct view view = new_view();

	(void)state;
	view.size = 5000;
	assert_null(view_cut(&view, 4608, 128).data);
	assert_wants(&view, 0, 5000);
	assert_null(view_cut(&view, 4990, 11).data); /* not all of it is there */
	add(&view, 5000);
	assert_non_null(view_cut(&view, 4990, 10).data);
}

/* One bad sector must not hide what is after it. */
static void what_could_not_be_read_in_one_is_read_alone(void **state)
{
	struct view view = new_view();

	(void)state;
	assert_null(view_cut(&view, 0, 512).data);
	add(&view, 8192);
	assert_non_null(view_cut(&view, 4096, 512).data);
	assert_null(view_cut(&view, 32768, 512).data);
	assert_wants(&view, 32768, 4096);
	add(&view, 4096);
	assert_ptr_equal(view_cut(&view, 32768, 512).data, device + 32768);
	assert_null(view_cut(&view, 8192, 512).data);
	assert_wants(&view, 8192, 4096);
	add(&view, 0);
	assert_null(view_cut(&view, 8192, 512).data); /* that is the bad one */
	assert_int_equal(view.want_len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_and_tail_are_one_read_each),
		cmocka_unit_test(what_lies_between_is_read_by_pages),
		cmocka_unit_test(what_goes_over_the_head_is_read_with_it),
		cmocka_unit_test(a_small_device_is_all_head),
		cmocka_unit_test(what_could_not_be_read_in_one_is_read_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
