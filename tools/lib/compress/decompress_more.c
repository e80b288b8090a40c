// SPDX-License-Identifier: MIT
/* decompress_more.c - xz, lzma, lz4 and bzip2 on the way in. */
#include <bzlib.h>
#include <lz4.h>
#include <lzma.h>
#include <stdlib.h>

#include "tools/lib/compress/unpack.h"

#define LZMA_MEMORY ((uint64_t)512 << 20) /* bytes: a dictionary of 256 MiB, and room */
#define LZ4_BLOCK ((size_t)8 << 20) /* bytes unpacked: lz4 -l splits its input into these */

static const char *lzma_reason(lzma_ret result, size_t left)
{
	if (result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR)
		return unpack_memory;
	return result == LZMA_BUF_ERROR && !left ? unpack_truncated : unpack_damaged;
}

/* Either format, once its decoder is there. */
static const char *run_lzma(lzma_stream *stream, struct unpacking *unpacking)
{
	uint8_t chunk[UNPACK_CHUNK];
	const char *why = NULL;
	lzma_ret result;

	stream->next_in = unpacking->in.data;
	stream->avail_in = unpacking->in.len;
	do {
		stream->next_out = chunk;
		stream->avail_out = sizeof(chunk);
		result = lzma_code(stream, LZMA_FINISH);
		if (result != LZMA_OK && result != LZMA_STREAM_END)
			why = lzma_reason(result, stream->avail_in);
		if (!why)
			why = unpack_add(unpacking, chunk, sizeof(chunk) - stream->avail_out);
	} while (!why && result != LZMA_STREAM_END);
	unpack_skip(unpacking, unpacking->in.len - stream->avail_in);
	return why;
}

const char *unpack_xz(struct unpacking *unpacking)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	const char *why = unpack_memory;

	if (lzma_stream_decoder(&stream, LZMA_MEMORY, 0) == LZMA_OK)
		why = run_lzma(&stream, unpacking);
	lzma_end(&stream);
	return why;
}

const char *unpack_lzma(struct unpacking *unpacking)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	const char *why = unpack_memory;

	if (lzma_alone_decoder(&stream, LZMA_MEMORY) == LZMA_OK)
		why = run_lzma(&stream, unpacking);
	lzma_end(&stream);
	return why;
}

/* One block of the legacy format: its size, then its bytes. */
static const char *unpack_lz4_block(struct unpacking *unpacking, char *room)
{
	size_t size = le32(unpacking->in.data);
	struct span block = span_cut(unpacking->in, 4, size);
	int len;

	if (!block.data)
		return unpack_truncated;
	len = LZ4_decompress_safe((const char *)block.data, room, (int)size, (int)LZ4_BLOCK);
	if (len < 0)
		return unpack_damaged;
	unpack_skip(unpacking, 4 + size);
	return unpack_add(unpacking, room, (size_t)len);
}

/* The format has no end mark: it ends where no block can follow, at the end of the input or at
 * another stream, whose first bytes make a size that no block has. */
const char *unpack_lz4(struct unpacking *unpacking)
{
	char *room = malloc(LZ4_BLOCK);
	const char *why = room ? NULL : unpack_memory;

	unpack_skip(unpacking, 4);
	while (!why && unpacking->in.len >= 4 && le32(unpacking->in.data) &&
	       le32(unpacking->in.data) <= LZ4_COMPRESSBOUND(LZ4_BLOCK))
		why = unpack_lz4_block(unpacking, room);
	free(room);
	return why;
}

static const char *run_bzip2(bz_stream *stream, struct unpacking *unpacking)
{
	char chunk[UNPACK_CHUNK];
	const char *why = NULL;
	int result = BZ_OK;

	while (!why && result == BZ_OK) {
		size_t left = unpacking->in.len;

		stream->next_in = (char *)unpacking->in.data;
		stream->avail_in = left < 1u << 30 ? (unsigned int)left : 1u << 30;
		left = stream->avail_in;
		stream->next_out = chunk;
		stream->avail_out = sizeof(chunk);
		result = BZ2_bzDecompress(stream);
		unpack_skip(unpacking, left - stream->avail_in);
		if (result == BZ_OK && !unpacking->in.len && stream->avail_out)
			why = unpack_truncated;
		else if (result != BZ_OK && result != BZ_STREAM_END)
			why = result == BZ_MEM_ERROR ? unpack_memory : unpack_damaged;
		else
			why = unpack_add(unpacking, chunk, sizeof(chunk) - stream->avail_out);
	}
	return why;
}

const char *unpack_bzip2(struct unpacking *unpacking)
{
	bz_stream stream = { 0 };
	const char *why;

	if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
		return unpack_memory;
	why = run_bzip2(&stream, unpacking);
	BZ2_bzDecompressEnd(&stream);
	return why;
}
