// SPDX-License-Identifier: MIT
/* fuzz_window.c - PROPERTY: what is taken for a size says the same when it is written out again,
 * but for leading zeros. */
#include <stdio.h>
#include <string.h>

#include "init/pure/window.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *end;
	struct window window;

	if (window_parse(text, &window) == 0) {
		CHECK(window.rows && window.columns);
		CHECK(strtoul(text, &end, 10) == window.rows && *end == 'x');
		CHECK(strtoul(end + 1, &end, 10) == window.columns);
		CHECK(window.port ? *end == ',' && end + 1 == window.port && *window.port : !*end);
	}
	free(text);
	return 0;
}
