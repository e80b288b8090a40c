// SPDX-License-Identifier: MIT
/* fuzz_capability.c - PROPERTY: what is taken for capabilities is nothing but known names and
 * commas, and each name sets a bit. */
#include <string.h>

#include "init/pure/capability.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *rest = text, *name;
	uint64_t set, named = 0;

	if (capability_parse(text, &set) == 0) {
		while ((name = strsep(&rest, ",")) && *name) {
			uint64_t one;

			CHECK(strstr(CAPABILITY_NAMES, name));
			CHECK(capability_parse(name, &one) == 0);
			CHECK(one && !(one & (one - 1)));
			named |= one;
		}
		CHECK(named == set);
		CHECK(set >> 41 == 0);
	}
	free(text);
	return 0;
}
