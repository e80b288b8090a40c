// SPDX-License-Identifier: MIT
/* fuzz_applets.c - PROPERTY: the names of a table lie in the file, in their order, and are two or
 * more. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/program/applets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span names = applet_table((struct span){ data, size });
	const char *name, *before = "";
	size_t count = 0;

	CHECK(!names.data || (names.data >= data && names.data + names.len <= data + size));
	CHECK(names.data || !names.len);
	while ((name = applet_next(&names))) {
		CHECK(strcmp(before, name) < 0 && !strchr(name, '/'));
		count++;
		CHECK(*applet_directory(name) == '/');
		before = name;
	}
	CHECK(count != 1);
	return 0;
}
