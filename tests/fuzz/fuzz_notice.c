// SPDX-License-Identifier: MIT
/* fuzz_notice.c - PROPERTY: what is read of a message is a line of it; a message of which nothing
 * is known says nothing; and a line more changes nothing else. */
#include <stdlib.h>
#include <string.h>

#include "init/pure/notice.h"
#include "tests/fuzz/fuzz.h"

static int has_line(const uint8_t *data, size_t size, const char *line)
{
	size_t len = strlen(line);

	for (size_t at = 0; at + len <= size; at++)
		if (memcmp(data + at, line, len) == 0 && (at == 0 || data[at - 1] == '\n') &&
		    (at + len == size || data[at + len] == '\n'))
			return 1;
	return 0;
}

static void add_line(const uint8_t *data, size_t size, const struct notice *notice)
{
	static const char more[] = "MAINPID=7\n";
	char *text = malloc(sizeof(more) + size);
	struct notice second;

	CHECK(text);
	memcpy(text, more, sizeof(more) - 1);
	memcpy(text + sizeof(more) - 1, data, size);
	CHECK(notice_parse(text, sizeof(more) - 1 + size, &second) == 0);
	CHECK(second.is_ready == notice->is_ready && second.is_alive == notice->is_alive);
	CHECK(second.extend_ms == notice->extend_ms);
	CHECK(!second.status == !notice->status);
	CHECK(!second.status || strcmp(second.status, notice->status) == 0);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	struct notice notice;

	if (notice_parse(text, size, &notice) == 0) {
		CHECK(notice.is_ready == has_line(data, size, "READY=1"));
		CHECK(notice.is_stopping == has_line(data, size, "STOPPING=1"));
		CHECK(notice.is_alive == has_line(data, size, "WATCHDOG=1"));
		CHECK(notice.has_failed == has_line(data, size, "WATCHDOG=trigger"));
		CHECK(!notice.status || lies_in(notice.status, text, size));
		CHECK(notice.extend_ms >= 0 && notice.extend_ms <= INT64_C(1000000000000));
		CHECK(!memchr(data, '\0', size));
		add_line(data, size, &notice);
	}
	free(text);
	return 0;
}
