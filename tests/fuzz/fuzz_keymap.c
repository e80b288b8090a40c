// SPDX-License-Identifier: MIT
/* fuzz_keymap.c - PROPERTY: a keymap's keys lie within it, as many as its length says. */
#include "init/pure/keymap.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keymap keymap;
	struct keymap_key key;
	unsigned int count = 0;

	if (keymap_parse((struct span){ data, size }, &keymap))
		return 0;
	while (keymap_get(&keymap, count, &key)) {
		CHECK(key.key < KEYMAP_KEYS && data[7 + key.table] == 1);
		count++;
	}
	CHECK(count == keymap.count * KEYMAP_KEYS);
	CHECK(size == 7 + KEYMAP_TABLES + count * 2);
	return 0;
}
