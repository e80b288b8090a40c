// SPDX-License-Identifier: MIT
/* fuzz_efivar.c - PROPERTY: what is taken is a UUID in lower case, and what is not leaves
 * nothing. */
#include "init/pure/efivar.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char uuid[FINDING_UUID_MAX];

	if (efivar_uuid((struct span){ data, size }, uuid)) {
		CHECK(uuid[0] == '\0' || size < 4);
		return 0;
	}
	CHECK(strlen(uuid) == 36 && strspn(uuid, "0123456789abcdef-") == 36 && size >= 4 + 2 * 36);
	return 0;
}
