// SPDX-License-Identifier: MIT
/* test_queue.c - bytes between two descriptors: in order, bounded, and without a reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lib/machine/queue.h"

static void a_queue_gives_back_what_it_got(void **state)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	char got[8] = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	queue_add(queue, (struct span){ (const uint8_t *)"abc", 3 });
	queue_add(queue, (struct span){ (const uint8_t *)"def", 3 });
	assert_int_equal(queue_space(queue), QUEUE_SIZE - 6);
	assert_int_equal(queue_write(queue, ends[1]), 0);
	assert_int_equal(read(ends[0], got, sizeof(got)), 6);
	assert_string_equal(got, "abcdef");
	assert_int_equal(queue->len, 0);
	queue_free(queue);
	free(queue);
}

static void a_queue_without_a_reader_drops(void **state)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	(void)state;
	queue_add(queue, (struct span){ (const uint8_t *)"abc", 3 });
	assert_int_not_equal(queue_write(queue, -1), 0);
	queue_add(queue, (struct span){ (const uint8_t *)"abc", 3 });
	assert_int_equal(queue->len, 0);
	assert_int_equal(queue_space(queue), QUEUE_SIZE);
	queue_free(queue);
	free(queue);
}

static void a_kept_queue_holds_the_newest_bytes(void **state)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	uint8_t block[1000];

	(void)state;
	for (int i = 0; i < 500; i++) {
		memset(block, i, sizeof(block));
		queue_keep(queue, (struct span){ block, sizeof(block) });
		assert_true(queue->len <= QUEUE_KEPT);
		assert_int_equal(queue->data[queue->at + queue->len - 1], (uint8_t)i);
	}
	assert_true(queue->len >= QUEUE_KEPT / 2);
	queue_free(queue);
	free(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_gives_back_what_it_got),
		cmocka_unit_test(a_queue_without_a_reader_drops),
		cmocka_unit_test(a_kept_queue_holds_the_newest_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
