// SPDX-License-Identifier: MIT
/* fuzz_mountinfo.c - PROPERTY: fields lie in the text, in the order of the line. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/host/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *rest = text;
	size_t len = strlen(text);
	struct mountinfo line;

	while (mountinfo_next(&rest, &line)) {
		CHECK(lies_in(line.root, text, len) && lies_in(line.source, text, len));
		CHECK(line.root < line.target && line.target < line.type &&
		      line.type < line.source);
		CHECK(line.source < rest && !strpbrk(line.type, " \n"));
	}
	CHECK(!*rest);
	free(text);
	return 0;
}
