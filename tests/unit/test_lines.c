// SPDX-License-Identifier: MIT
/* test_lines.c - lines of files of any size, from the kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "init/sys/lines.h"

static struct lines lines;

static void begin(const char *text, size_t len)
{
	int fd = memfd_create("lines", 0);

	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	lines_begin(&lines, fd);
}

static void expect(int result, const char *text)
{
	char *line = NULL;

	assert_int_equal(lines_next(&lines, &line), result);
	if (text)
		assert_string_equal(line, text);
}

static void the_last_line_may_lack_its_newline(void **state)
{
	(void)state;
	begin("a\n\nbc", 5);
	expect(1, "a");
	expect(1, "");
	expect(1, "bc");
	expect(0, NULL);
	expect(0, NULL);
	close(lines.fd);
	begin("", 0);
	expect(0, NULL);
	close(lines.fd);
	begin("a\n", 2);
	expect(1, "a");
	expect(0, NULL);
	close(lines.fd);
}

static void a_line_that_is_too_long_is_reported_once_and_the_next_is_read(void **state)
{
	static char text[3 * LINE_BYTES_MAX];

	(void)state;
	for (size_t len = LINE_BYTES_MAX - 2; len < 2 * LINE_BYTES_MAX + 3; len++) {
		memset(text, 'x', len);
		memcpy(text + len, "\nb\n", 3);
		begin(text, len + 3);
		expect(len < LINE_BYTES_MAX - 1 ? 1 : -E2BIG, NULL);
		expect(1, "b");
		expect(0, NULL);
		close(lines.fd);
		begin(text, len);
		expect(len < LINE_BYTES_MAX - 1 ? 1 : -E2BIG, NULL);
		expect(0, NULL);
		close(lines.fd);
	}
}

/* A megabyte of lines of all lengths: each comes as it was written. */
static void a_file_of_any_size_is_read_whole(void **state)
{
	size_t size = 1 << 20, at = 0;
	char *text = malloc(size), *line;

	(void)state;
	for (unsigned int i = 0; i < size; i++)
		text[i] = i * 2654435761u >> 28 == 0 ? '\n' : 'a' + i % 26;
	begin(text, size);
	while (lines_next(&lines, &line) == 1) {
		size_t len = strlen(line);

		assert_memory_equal(line, text + at, len);
		at += len;
		assert_true(at == size || text[at] == '\n');
		at += at < size;
	}
	assert_int_equal(at, size);
	close(lines.fd);
	free(text);
}

static void what_cannot_be_read_is_an_error(void **state)
{
	char *line;

	(void)state;
	lines_begin(&lines, -1);
	assert_int_equal(lines_next(&lines, &line), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_may_lack_its_newline),
		cmocka_unit_test(a_line_that_is_too_long_is_reported_once_and_the_next_is_read),
		cmocka_unit_test(a_file_of_any_size_is_read_whole),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
