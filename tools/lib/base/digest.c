// SPDX-License-Identifier: MIT
/* digest.c - what containers' blobs and manifests go by; nettle computes it. */
#include "tools/lib/base/digest.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

static void finish(struct sha256_ctx *context, char hex[SHA256_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(context, sizeof(digest), digest);
	base16_encode_update(hex, sizeof(digest), digest);
	hex[SHA256_HEX - 1] = '\0';
}

int sha256_blob(const struct blob *blob, char hex[SHA256_HEX])
{
	static uint8_t chunk[256 * 1024];
	struct sha256_ctx context;
	uint64_t done = 0;

	sha256_init(&context);
	while (done < blob->size) {
		size_t len = blob->size - done < sizeof(chunk) ? (size_t)(blob->size - done)
							       : sizeof(chunk);

		if (blob_read(blob, done, chunk, len) < 0)
			return -1;
		sha256_update(&context, len, chunk);
		done += len;
	}
	finish(&context, hex);
	return 0;
}

void sha256_data(const void *data, size_t len, char hex[SHA256_HEX])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, len, data);
	finish(&context, hex);
}
