// SPDX-License-Identifier: MIT
/* fuzz_identity.c - PROPERTY: what is taken for a user and groups says the same when it is written
 * out again. */
#include <stdio.h>

#include "init/pure/identity.h"
#include "tests/fuzz/fuzz.h"

/* Leading zeros are the only other way to write a number. */
static void check_same(const char *text, const struct identity *identity)
{
	const unsigned int *ids = &identity->uid;
	unsigned int count = 2 + identity->group_count;

	for (unsigned int i = 0; i < count; i++) {
		unsigned int id = i < 2 ? ids[i] : identity->groups[i - 2];
		char *end;

		CHECK(strtoul(text, &end, 10) == id && end > text);
		CHECK(*end == (i == 0 ? ':' : i + 1 < count ? ',' : '\0'));
		text = end + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	struct identity identity;

	if (identity_parse(text, &identity) == 0) {
		CHECK(identity.group_count <= IDENTITY_GROUPS_MAX);
		check_same(text, &identity);
	}
	free(text);
	return 0;
}
