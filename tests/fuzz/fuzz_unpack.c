// SPDX-License-Identifier: MIT
/* fuzz_unpack.c - PROPERTY: never more than the limit, never beyond the input, the same twice. */
#include "tests/fuzz/fuzz.h"

#include "tools/lib/compress/compress.h"

#define LIMIT 100000 /* bytes */

static const uint8_t magics[][6] = { "\x1f\x8b",	 "BZh1",
				     "\x5d\0\0\0\1",	 "\3757zXZ",
				     "\x02\x21\x4c\x18", "\x28\xb5\x2f\xfd" };
static const size_t magic_lens[] = { 2, 4, 5, 5, 4, 4 };

static void check(struct span in)
{
	struct buffer once = { NULL, 0, 0 }, twice = { NULL, 0, 0 };
	size_t used, used_twice;
	const char *why = decompress_buffer(in, &once, LIMIT, &used);

	CHECK(once.len <= LIMIT && used <= in.len);
	CHECK(decompress_buffer(in, &twice, LIMIT, &used_twice) == why && used == used_twice);
	CHECK(once.len == twice.len && (!once.len || !memcmp(once.data, twice.data, once.len)));
	buffer_free(&once);
	buffer_free(&twice);
}

/* As it is, and behind one of the magics, which the first byte chooses. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t kind = size ? data[0] % (sizeof(magics) / sizeof(magics[0])) : 0;
	uint8_t *copy = malloc(size + sizeof(magics[0]));

	CHECK(copy);
	memcpy(copy, magics[kind], magic_lens[kind]);
	if (size)
		memcpy(copy + magic_lens[kind], data, size);
	check((struct span){ data, size });
	check((struct span){ copy, size + magic_lens[kind] });
	free(copy);
	return 0;
}
