// SPDX-License-Identifier: MIT
/* test_checksum.c - the sums of superblocks, beside those of libraries and standards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <nettle/sha2.h>
#include <xxhash.h>

#include "init/pure/blake2b.h"
#include "init/pure/checksum.h"
#include "init/pure/sha256.h"
#include "init/pure/xxh64.h"

#define LENGTHS 300 /* bytes: more than two blocks of any of them */

/* In memory of its own, so that the sanitizer sees a read beyond the end. */
static uint8_t *bytes_of(size_t len)
{
	uint8_t *bytes = malloc(len ? len : 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(7 * i + 3);
	return bytes;
}

static void sha256_is_that_of_nettle(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LENGTHS; len++) {
		struct sha256_ctx context;
		uint8_t *bytes = bytes_of(len), wanted[SHA256_DIGEST_SIZE], sum[SHA256_SIZE];

		sha256_init(&context);
		sha256_update(&context, len, bytes);
		sha256_digest(&context, sizeof(wanted), wanted);
		sha256((struct span){ bytes, len }, sum);
		assert_memory_equal(sum, wanted, sizeof(sum));
		free(bytes);
	}
}

static void sha256_of_pieces_is_that_of_the_whole(void **state)
{
	uint8_t *bytes = bytes_of(LENGTHS), whole[SHA256_SIZE], sum[SHA256_SIZE];

	(void)state;
	sha256((struct span){ bytes, LENGTHS }, whole);
	for (size_t cut = 0; cut <= LENGTHS; cut++) {
		struct sha256 pieces;

		sha256_begin(&pieces);
		sha256_add(&pieces, (struct span){ bytes, cut });
		sha256_add(&pieces, (struct span){ bytes + cut, LENGTHS - cut });
		sha256_end(&pieces, sum);
		assert_memory_equal(sum, whole, sizeof(sum));
	}
	free(bytes);
}

static void xxh64_is_that_of_its_library(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LENGTHS; len++) {
		uint8_t *bytes = bytes_of(len);

		assert_true(xxh64((struct span){ bytes, len }) == XXH64(bytes, len, 0));
		free(bytes);
	}
}

/* The sum of the sums of all lengths, as Python's hashlib has it. */
static void blake2b_is_that_of_the_standard(void **state)
{
	static const uint8_t wanted[] = {
		0xc5, 0x83, 0xd8, 0x9f, 0xa9, 0xbb, 0xe8, 0xbd, 0xc8, 0xa9, 0x28,
		0xa7, 0x72, 0x01, 0xcd, 0x72, 0x46, 0x5c, 0x88, 0xdd, 0x67, 0x8e,
		0xc1, 0x68, 0x1f, 0xb2, 0xe0, 0x3d, 0x55, 0x96, 0x04, 0x6e,
	};
	static uint8_t sums[LENGTHS + 1][BLAKE2B_SIZE];
	uint8_t sum[BLAKE2B_SIZE];

	(void)state;
	for (size_t len = 0; len <= LENGTHS; len++) {
		uint8_t *bytes = bytes_of(len);

		blake2b((struct span){ bytes, len }, sums[len]);
		free(bytes);
	}
	blake2b((struct span){ sums[0], sizeof(sums) }, sum);
	assert_memory_equal(sum, wanted, sizeof(wanted));
}

/* The check values of the CRC catalogue: of the digits 1 to 9. */
static void the_checks_of_nine_digits_are_the_catalogued_ones(void **state)
{
	static const struct span digits = { (const uint8_t *)"123456789", 9 };

	(void)state;
	assert_int_equal(~checksum_crc32(CRC32_POLY, ~0u, digits), 0xcbf43926);
	assert_int_equal(~checksum_crc32(CRC32C_POLY, ~0u, digits), 0xe3069283);
	assert_int_equal(checksum_crc16(digits), 0x31c3);
	assert_true(checksum_crc64(0, digits) == 0x6c40df5f0b497347);
	assert_true(~checksum_crc64(~0ull, digits) == 0x62ec59e3f1a4f00a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_is_that_of_nettle),
		cmocka_unit_test(sha256_of_pieces_is_that_of_the_whole),
		cmocka_unit_test(xxh64_is_that_of_its_library),
		cmocka_unit_test(blake2b_is_that_of_the_standard),
		cmocka_unit_test(the_checks_of_nine_digits_are_the_catalogued_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
