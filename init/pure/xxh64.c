// SPDX-License-Identifier: MIT
/* xxh64.c - XXH64. Source: xxHash fast digest algorithm, doc/xxhash_spec.md, version 0.1.1. */
#include "init/pure/xxh64.h"

#define PRIME_1 0x9e3779b185ebca87u
#define PRIME_2 0xc2b2ae3d27d4eb4fu
#define PRIME_3 0x165667b19e3779f9u
#define PRIME_4 0x85ebca77c2b2ae63u
#define PRIME_5 0x27d4eb2f165667c5u
#define STRIPE 32 /* bytes */

static uint64_t rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static uint64_t add_lane(uint64_t sum, uint64_t lane)
{
	return rotate(sum + lane * PRIME_2, 31) * PRIME_1;
}

static uint64_t of_stripes(const uint8_t *data, size_t stripes)
{
	static const int turns[4] = { 1, 7, 12, 18 };
	uint64_t sums[4] = { PRIME_1 + PRIME_2, PRIME_2, 0, -PRIME_1 }, sum = 0;

	for (; stripes; stripes--, data += STRIPE)
		for (int i = 0; i < 4; i++)
			sums[i] = add_lane(sums[i], le64(data + 8 * i));
	for (int i = 0; i < 4; i++)
		sum += rotate(sums[i], turns[i]);
	for (int i = 0; i < 4; i++)
		sum = (sum ^ add_lane(0, sums[i])) * PRIME_1 + PRIME_4;
	return sum;
}

static uint64_t add_rest(uint64_t sum, struct span rest)
{
	const uint8_t *data = rest.data, *end = data + rest.len;

	for (; end - data >= 8; data += 8)
		sum = rotate(sum ^ add_lane(0, le64(data)), 27) * PRIME_1 + PRIME_4;
	if (end - data >= 4) {
		sum = rotate(sum ^ le32(data) * PRIME_1, 23) * PRIME_2 + PRIME_3;
		data += 4;
	}
	for (; data < end; data++)
		sum = rotate(sum ^ *data * PRIME_5, 11) * PRIME_1;
	return sum;
}

uint64_t xxh64(struct span bytes)
{
	size_t stripes = bytes.len / STRIPE;
	uint64_t sum = stripes ? of_stripes(bytes.data, stripes) : PRIME_5;

	sum = add_rest(sum + bytes.len, span_cut(bytes, stripes * STRIPE, bytes.len % STRIPE));
	sum = (sum ^ sum >> 33) * PRIME_2;
	sum = (sum ^ sum >> 29) * PRIME_3;
	return sum ^ sum >> 32;
}
