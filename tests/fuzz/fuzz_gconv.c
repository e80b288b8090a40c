// SPDX-License-Identifier: MIT
/* fuzz_gconv.c - PROPERTY: each step goes on, words end, an alias of what was found leads to it. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/program/gconv_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The name that is looked for is the first line. */
	char *text = xmemdup(data, size), *first = xstrndup(text, strcspn(text, "\n"));
	char *name = gconv_target(text, first);
	const char *at = text, *before = text;
	struct gconv_row row;

	while (gconv_next(&at, name, &row)) {
		CHECK(at > before && at <= text + strlen(text));
		before = at;
		CHECK(memchr(row.line, 0, sizeof(row.line)) &&
		      memchr(row.module, 0, sizeof(row.module)));
		CHECK(!strcmp(row.from, name) || !strcmp(row.to, name));
	}
	gconv_is_builtin(name);
	free(first);
	free(name);
	free(text);
	return 0;
}
