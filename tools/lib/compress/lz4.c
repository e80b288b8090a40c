// SPDX-License-Identifier: MIT
/* lz4.c - lz4 in the kernel's "legacy" format: blocks of 8 MiB after their sizes. */
#include <lz4.h>
#include <lz4hc.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/compress/compress_method.h"

#define LEVEL 9 /* how fast it unpacks does not depend on it; above 9 little is saved */
#define BLOCK (8 << 20) /* bytes; lib/decompress_unlz4.c, LZ4_DEFAULT_UNCOMPRESSED_CHUNK_SIZE */
#define MAGIC 0x184c2102

struct lz4 {
	uint8_t *block, *packed;
	size_t len; /* bytes in the block */
	int begun;
};

static size_t memory(int level)
{
	(void)level;
	return (size_t)BLOCK + (size_t)LZ4_compressBound(BLOCK) + (size_t)LZ4_sizeofStateHC();
}

static int start(struct compressor *compressor)
{
	struct lz4 *lz4 = xcalloc(1, sizeof(*lz4));

	lz4->block = xmalloc(BLOCK);
	lz4->packed = xmalloc((size_t)LZ4_compressBound(BLOCK));
	compressor->state = lz4;
	return 0;
}

static int put_number(struct compressor *compressor, uint32_t number)
{
	for (size_t i = 0; i < 4; i++)
		compressor->chunk[i] = (uint8_t)(number >> 8 * i);
	return compress_put(compressor, 4);
}

static int put_block(struct compressor *compressor)
{
	struct lz4 *lz4 = compressor->state;
	int len = LZ4_compress_HC((const char *)lz4->block, (char *)lz4->packed, (int)lz4->len,
				  LZ4_compressBound(BLOCK), compressor->level);

	lz4->len = 0;
	if (len <= 0)
		return error("lz4: cannot compress");
	if (put_number(compressor, (uint32_t)len) < 0)
		return -1;
	return compressor->sink.write(compressor->sink.context, lz4->packed, (size_t)len);
}

static int run(struct compressor *compressor, struct span data, int end)
{
	struct lz4 *lz4 = compressor->state;

	if (!lz4->begun && put_number(compressor, MAGIC) < 0)
		return -1;
	lz4->begun = 1;
	while (data.len) {
		size_t now = BLOCK - lz4->len < data.len ? BLOCK - lz4->len : data.len;

		memcpy(lz4->block + lz4->len, data.data, now);
		lz4->len += now;
		data = (struct span){ data.data + now, data.len - now };
		if (lz4->len == BLOCK && put_block(compressor) < 0)
			return -1;
	}
	return end && lz4->len ? put_block(compressor) : 0;
}

static void stop(struct compressor *compressor)
{
	struct lz4 *lz4 = compressor->state;

	free(lz4->block);
	free(lz4->packed);
	free(lz4);
}

/* One block of the legacy format: its size, then its bytes. */
static const char *unpack_block(struct unpacking *unpacking, char *room)
{
	size_t size = le32(unpacking->in.data);
	struct span block = span_cut(unpacking->in, 4, size);
	int len;

	if (!block.data)
		return unpack_truncated;
	len = LZ4_decompress_safe((const char *)block.data, room, (int)size, (int)BLOCK);
	if (len < 0)
		return unpack_damaged;
	unpack_skip(unpacking, 4 + size);
	return unpack_add(unpacking, room, (size_t)len);
}

/* The format has no end mark: it ends where no block can follow, at the end of the input or at
 * another stream, whose first bytes make a size that no block has. */
static const char *unpack(struct unpacking *unpacking)
{
	char *room = malloc(BLOCK);
	const char *why = room ? NULL : unpack_memory;

	unpack_skip(unpacking, 4);
	while (!why && unpacking->in.len >= 4 && le32(unpacking->in.data) &&
	       le32(unpacking->in.data) <= LZ4_COMPRESSBOUND(BLOCK))
		why = unpack_block(unpacking, room);
	free(room);
	return why;
}

const struct compress_method compress_lz4 = {
	.kind = COMPRESS_LZ4,
	.name = "lz4",
	.symbol = "RD_LZ4",
	.magics = { { 4, { 0x02, 0x21, 0x4c, 0x18 } } },
	.lowest = 1,
	.highest = 12,
	.usual = LEVEL,
	.memory = memory,
	.start = start,
	.run = run,
	.stop = stop,
	.unpack = unpack,
};
