/* sha256.c - the digest that containers' blobs and manifests go by; nettle computes it. */
#include "tools/lib/base/sha256.h"

#include <nettle/sha2.h>
#include <stdio.h>

static void finish(struct sha256_ctx *context, char hex[SHA256_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

int sha256_blob(const struct blob *blob, char hex[SHA256_HEX])
{
	static uint8_t chunk[256 * 1024];
	struct sha256_ctx context;
	uint64_t done = 0;

	sha256_init(&context);
	while (done < blob->size) {
		size_t len = blob->size - done < sizeof(chunk) ? (size_t)(blob->size - done) : sizeof(chunk);

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
