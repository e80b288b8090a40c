// SPDX-License-Identifier: MIT
/* blake2b.c - BLAKE2b with 256 bits. Source: RFC 7693. */
#include "init/pure/blake2b.h"

#define BLOCK 128 /* bytes */
#define ROUNDS 12
#define ORDERS 10 /* of the words of a block; the eleventh round begins again */

static const uint64_t begin[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static uint64_t rotate(uint64_t value, int bits)
{
	return value >> bits | value << (64 - bits);
}

static void mix(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, uint64_t x, uint64_t y)
{
	*a += *b + x;
	*d = rotate(*d ^ *a, 32);
	*c += *d;
	*b = rotate(*b ^ *c, 24);
	*a += *b + y;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 63);
}

/* The four columns of the square of 16 words, then its four diagonals. */
static void mix_all(uint64_t v[16], const uint64_t words[16], const uint8_t order[16])
{
	for (int i = 0; i < 8; i++) {
		int column = i % 4, turn = i / 4;

		mix(&v[column], &v[4 + (column + turn) % 4], &v[8 + (column + 2 * turn) % 4],
		    &v[12 + (column + 3 * turn) % 4], words[order[2 * i]], words[order[2 * i + 1]]);
	}
}

static void add_block(uint64_t state[8], const uint8_t *block, uint64_t len, int is_last)
{
	static const uint8_t orders[ORDERS][16] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
		{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
		{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
		{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
		{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
		{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
		{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
		{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
		{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
		{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
	};
	uint64_t v[16], words[16];

	for (int i = 0; i < 16; i++)
		words[i] = le64(block + 8 * i);
	memcpy(v, state, sizeof(begin));
	memcpy(v + 8, begin, sizeof(begin));
	v[12] ^= len;
	if (is_last)
		v[14] = ~v[14];
	for (int round = 0; round < ROUNDS; round++)
		mix_all(v, words, orders[round % ORDERS]);
	for (int i = 0; i < 8; i++)
		state[i] ^= v[i] ^ v[i + 8];
}

void blake2b(struct span bytes, uint8_t digest[BLAKE2B_SIZE])
{
	uint64_t state[8];
	uint8_t last[BLOCK] = { 0 };
	size_t at = 0;

	memcpy(state, begin, sizeof(state));
	state[0] ^= 0x01010000 ^ BLAKE2B_SIZE; /* one leaf, no key */
	for (; bytes.len - at > BLOCK; at += BLOCK)
		add_block(state, bytes.data + at, at + BLOCK, 0);
	if (bytes.len > at)
		memcpy(last, bytes.data + at, bytes.len - at);
	add_block(state, last, bytes.len, 1);
	for (int i = 0; i < BLAKE2B_SIZE; i++)
		digest[i] = (uint8_t)(state[i / 8] >> (i % 8 * 8));
}
