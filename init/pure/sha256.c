// SPDX-License-Identifier: MIT
/* sha256.c - SHA-256. Source: FIPS 180-4. */
#include "init/pure/sha256.h"

#define ROUNDS 64
#define LEN_SIZE 8 /* bytes: of the length that ends the last block */

static uint32_t rotate(uint32_t value, int bits)
{
	return value >> bits | value << (32 - bits);
}

/* The schedule is kept as a ring of the last 16 words: each word of it is needed once. */
static uint32_t next_word(uint32_t words[16], unsigned int round)
{
	uint32_t *word = &words[round % 16];
	uint32_t early = words[(round + 1) % 16], late = words[(round + 14) % 16];

	if (round >= 16)
		*word += (rotate(early, 7) ^ rotate(early, 18) ^ early >> 3) +
			 words[(round + 9) % 16] +
			 (rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
	return *word;
}

/* The eight words move on by one place each round: it is the places that move here, as musl's
 * memmove() of words to the right goes byte by byte, which was six sevenths of the time. */
static void add_block(uint32_t state[8], const uint8_t *block)
{
	static const uint32_t constants[ROUNDS] = {
		0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
		0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
		0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
		0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
		0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
		0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
		0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
		0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
		0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
		0xc67178f2,
	};
	uint32_t words[16], s[8];

	for (int i = 0; i < 16; i++)
		words[i] = be32(block + 4 * i);
	memcpy(s, state, sizeof(s));
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint32_t a = s[-round % 8], e = s[(4 - round) % 8], *h = &s[(7 - round) % 8];
		uint32_t one = *h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			       ((e & s[(5 - round) % 8]) ^ (~e & s[(6 - round) % 8])) +
			       constants[round] + next_word(words, round);
		uint32_t b = s[(1 - round) % 8], c = s[(2 - round) % 8];

		s[(3 - round) % 8] += one;
		*h = one + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
		     ((a & b) ^ (a & c) ^ (b & c));
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

void sha256_begin(struct sha256 *sum)
{
	static const uint32_t begin[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(sum->state, begin, sizeof(begin));
	sum->len = 0;
}

void sha256_add(struct sha256 *sum, struct span bytes)
{
	size_t used = sum->len % SHA256_BLOCK;

	sum->len += bytes.len;
	for (size_t i = 0; i < bytes.len; i++) {
		sum->block[used++] = bytes.data[i];
		if (used == SHA256_BLOCK) {
			add_block(sum->state, sum->block);
			used = 0;
		}
	}
}

static void write_be32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A bit of one, zeros up to the end of a block but for the length in bits. */
void sha256_end(struct sha256 *sum, uint8_t digest[SHA256_SIZE])
{
	static const uint8_t padding[SHA256_BLOCK] = { 0x80 };
	uint64_t bits = sum->len * 8;
	size_t used = (sum->len + LEN_SIZE) % SHA256_BLOCK;
	uint8_t len[LEN_SIZE];

	write_be32(len, (uint32_t)(bits >> 32));
	write_be32(len + 4, (uint32_t)bits);
	sha256_add(sum, (struct span){ padding, SHA256_BLOCK - used });
	sha256_add(sum, (struct span){ len, sizeof(len) });
	for (int i = 0; i < 8; i++)
		write_be32(digest + 4 * i, sum->state[i]);
}

void sha256(struct span bytes, uint8_t digest[SHA256_SIZE])
{
	struct sha256 sum;

	sha256_begin(&sum);
	sha256_add(&sum, bytes);
	sha256_end(&sum, digest);
}
