// SPDX-License-Identifier: MIT
/* test_blocks.c - blocks of a file that several threads fill in and write. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lib/base/blocks.h"

#define COUNT 40
#define SIZE ((size_t)30000)

static char text[SIZE];

/* What is NULL has not the bytes that were said. */
static bool fill(const void *what, char *to, size_t size)
{
	if (what)
		memset(to, *(const char *)what, size);
	return what != NULL;
}

static int new_file(void)
{
	char path[] = "/tmp/rdinit-blocks.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

/* A block: a byte, a gap, a byte. */
static struct block *put(struct blocks *blocks, struct block *block, size_t number,
			 const void *what)
{
	block->start = number * (SIZE + 2);
	block->bytes[block->len++] = '<';
	block_add_gap(block, SIZE, what);
	block->bytes[block->len++] = '>';
	return blocks_put(blocks, block);
}

static void all_blocks_come_to_their_places(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	(void)state;
	for (unsigned int threads = 1; threads < 7; threads++) {
		int fd = new_file(), error;
		struct blocks *blocks = blocks_new(fd, threads, fill);
		struct block *block = block_new();

		for (size_t i = 0; i < COUNT; i++)
			block = put(blocks, block, i, &letters[i % 26]);
		assert_int_equal(blocks_wait(blocks, &error), BLOCKS_RIGHT);
		for (size_t i = 0; i < COUNT; i++) {
			char ends[2] = "";
			off_t at = (off_t)(i * (SIZE + 2));

			assert_int_equal(pread(fd, text, SIZE, at + 1), SIZE);
			assert_int_equal(pread(fd, &ends[0], 1, at), 1);
			assert_int_equal(pread(fd, &ends[1], 1, at + 1 + (off_t)SIZE), 1);
			assert_memory_equal(ends, "<>", 2);
			assert_int_equal(text[0], letters[i % 26]);
			assert_memory_equal(text, text + 1, SIZE - 1);
		}
		blocks_free(blocks);
		block_free(block);
		close(fd);
	}
}

static void what_is_not_filled_is_told(void **state)
{
	int fd = new_file(), error;
	struct blocks *blocks = blocks_new(fd, 3, fill);
	struct block *block = block_new();

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		block = put(blocks, block, i, i == 5 ? NULL : "x");
	assert_int_equal(blocks_wait(blocks, &error), BLOCKS_NOT_FILLED);
	blocks_free(blocks);
	block_free(block);
	close(fd);
}

static void what_is_not_written_is_told_with_its_error(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC), error;
	struct blocks *blocks = blocks_new(fd, 3, fill);
	struct block *block = block_new();

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		block = put(blocks, block, i, "x");
	assert_int_equal(blocks_wait(blocks, &error), BLOCKS_NOT_WRITTEN);
	assert_int_equal(error, ENOSPC);
	assert_int_equal(blocks_state(blocks, &error), BLOCKS_NOT_WRITTEN);
	blocks_free(blocks);
	block_free(block);
	close(fd);
}

/* Given up in the middle: nothing is lost, and nobody waits. */
static void blocks_may_be_given_up(void **state)
{
	int fd = new_file();
	struct blocks *blocks = blocks_new(fd, 4, fill);
	struct block *block = block_new();

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		block = put(blocks, block, i, "x");
	blocks_free(blocks);
	block_free(block);
	close(fd);
}

static void nothing_is_needed(void **state)
{
	int fd = new_file(), error;
	struct blocks *blocks = blocks_new(fd, 2, fill);

	(void)state;
	assert_int_equal(blocks_wait(blocks, &error), BLOCKS_RIGHT);
	blocks_free(blocks);
	blocks_free(NULL);
	block_free(NULL);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_blocks_come_to_their_places),
		cmocka_unit_test(what_is_not_filled_is_told),
		cmocka_unit_test(what_is_not_written_is_told_with_its_error),
		cmocka_unit_test(blocks_may_be_given_up),
		cmocka_unit_test(nothing_is_needed),
	};

	return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
