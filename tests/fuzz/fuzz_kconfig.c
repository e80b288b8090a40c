// SPDX-License-Identifier: MIT
/* fuzz_kconfig.c - PROPERTY: a later line wins, and what is found lies inside. */
#include "tests/fuzz/fuzz.h"

#include "tools/lib/kernel/kernel_config.h"

#define LAST "\nCONFIG_64BIT=y\nCONFIG_CC_VERSION_TEXT=\"x\"\nCONFIG_HZ=m\n"

static int is_inside(struct span part, const char *text, size_t size)
{
	const char *start = (const char *)part.data;

	return !start || (start >= text && part.len <= size && start <= text + size - part.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t whole = size + strlen(LAST);
	char *text = malloc(whole);
	struct span file = { (uint8_t *)text, size }, value;

	CHECK(text);
	if (size)
		memcpy(text, data, size);
	memcpy(text + size, LAST, strlen(LAST));
	if (!kconfig_is_whole(file))
		CHECK(kconfig_get(file, "HZ", NULL) == KCONFIG_UNKNOWN);
	CHECK(is_inside(kconfig_embedded(file), text, size));
	CHECK(is_inside(kconfig_release(file), text, size));
	kconfig_get(file, "HZ", &value);
	CHECK(is_inside(value, text, size));
	CHECK(kconfig_get((struct span){ (uint8_t *)text, whole }, "HZ", NULL) == KCONFIG_M);
	free(text);
	return 0;
}
