// SPDX-License-Identifier: MIT
/* fuzz_modsign.c - PROPERTY: a module's beginning is left; modinfo texts lie inside. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/module/modsign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span left = modsign_cut((struct span){ data, size }), info;
	const char *text;

	CHECK(left.data == data && left.len <= size);
	CHECK(left.len == size || size - left.len >= 40);
	info = modinfo_find((struct span){ data, size });
	while ((text = modinfo_next(&info)))
		CHECK((const uint8_t *)text >= data && (const uint8_t *)text < data + size);
	return 0;
}
