// SPDX-License-Identifier: MIT
/* checksum.c - the checksums that superblocks and partition tables carry. */
#include "init/pure/checksum.h"

#define ENTRIES 256

/* The table is computed for each call: that is cheaper than a kilobyte for each polynomial in a
 * program of a few tens. The remainder of a sum is the sum of the remainders, so that only those of
 * single bits are computed by division. */
static void make_table(uint32_t table[ENTRIES], uint32_t poly)
{
	uint32_t value = 1;

	table[0] = 0;
	for (uint32_t bit = ENTRIES / 2; bit; bit /= 2) {
		value = value >> 1 ^ (value & 1 ? poly : 0);
		table[bit] = value;
	}
	for (uint32_t bit = 2; bit < ENTRIES; bit *= 2)
		for (uint32_t rest = 1; rest < bit; rest++)
			table[bit + rest] = table[bit] ^ table[rest];
}

uint32_t checksum_crc32_hole(uint32_t poly, uint32_t crc, struct span bytes, size_t hole,
			     size_t len)
{
	uint32_t table[ENTRIES];

	make_table(table, poly);
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = i - hole < len ? 0 : bytes.data[i]; /* before the hole it wraps */

		crc = crc >> 8 ^ table[(crc ^ byte) & 0xff];
	}
	return crc;
}

uint32_t checksum_crc32(uint32_t poly, uint32_t crc, struct span bytes)
{
	return checksum_crc32_hole(poly, crc, bytes, 0, 0);
}

uint16_t checksum_crc16(struct span bytes)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		crc ^= (uint32_t)bytes.data[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0);
	}
	return (uint16_t)crc;
}

uint64_t checksum_crc64(uint64_t crc, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		crc ^= (uint64_t)bytes.data[i] << 56;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 63 ? CRC64_POLY : 0);
	}
	return crc;
}
