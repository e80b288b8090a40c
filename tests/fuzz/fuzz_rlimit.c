// SPDX-License-Identifier: MIT
/* fuzz_rlimit.c - PROPERTY: what is taken for a limit is one of a known resource, has a soft value
 * that is not above the hard one, and says the same when it is written out again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "init/pure/rlimit.h"
#include "tests/fuzz/fuzz.h"

static unsigned int number_of(unsigned int bit)
{
	unsigned int number = 0;

	while (bit >>= 1)
		number++;
	return number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), again[128];
	struct rlimits limits = { 0 }, second = { 0 };

	if (rlimit_parse(text, &limits) == 0) {
		unsigned int number = number_of(limits.given);

		CHECK(limits.given == 1u << number && number < RLIMITS);
		CHECK(limits.of[number].soft <= limits.of[number].hard);
		/* -1 as a number is larger than any that is read. */
		snprintf(again, sizeof(again), "%.*s=%" PRId64 ":%" PRId64, (int)strcspn(text, "="),
			 text, (int64_t)limits.of[number].soft, (int64_t)limits.of[number].hard);
		if ((int64_t)limits.of[number].soft >= -1 && (int64_t)limits.of[number].hard >= -1)
			CHECK(rlimit_parse(again, &second) == 0 &&
			      memcmp(&limits, &second, sizeof(limits)) == 0);
	} else {
		CHECK(!limits.given);
	}
	free(text);
	return 0;
}
