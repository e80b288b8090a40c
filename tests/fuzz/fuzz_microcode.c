// SPDX-License-Identifier: MIT
/* fuzz_microcode.c - PROPERTY: updates lie one behind the other within their file, and all of it is
 * read or there is a fault. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/sources/microcode.h"

/* How many bytes are wanted by this filter, or SIZE_MAX after a fault. */
static size_t read_all(struct span file, const struct microcode_filter *filter)
{
	enum microcode_vendor vendor = microcode_vendor_of(file);
	const uint8_t *next = file.data;
	size_t wanted = 0;

	while (vendor != MICROCODE_VENDORS && file.len) {
		const char *fault = NULL;
		struct span update;
		int result = microcode_next(vendor, &file, filter, &update, &fault);

		if (result < 0) {
			CHECK(fault);
			return SIZE_MAX;
		}
		CHECK(update.data == next && update.len && file.data == next + update.len);
		next += update.len;
		wanted += result ? update.len : 0;
	}
	return wanted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span file = { data, size };
	const struct microcode_filter all = { 0 }, one = { .one = 1, .signature = 0x611 };
	size_t whole = read_all(file, &all), some = read_all(file, &one);

	CHECK((whole == SIZE_MAX) == (some == SIZE_MAX));
	CHECK(whole == SIZE_MAX || some <= whole);
	return 0;
}
