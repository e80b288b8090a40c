// SPDX-License-Identifier: MIT
/* bzip2.c - bzip2. */
#include <bzlib.h>
#include <stdlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/compress/compress_method.h"

#define LEVEL 9

static size_t memory(int level)
{
	return 400 * 1024 + (size_t)level * 800 * 1024; /* bzip2(1), MEMORY MANAGEMENT */
}

static int start(struct compressor *compressor)
{
	bz_stream *stream = xcalloc(1, sizeof(*stream));

	if (BZ2_bzCompressInit(stream, compressor->level, 0, 0) != BZ_OK) {
		free(stream);
		return error("bzip2: out of memory");
	}
	compressor->state = stream;
	return 0;
}

static int step(struct compressor *compressor, int action)
{
	bz_stream *stream = compressor->state;
	int result;

	do {
		stream->next_out = (char *)compressor->chunk;
		stream->avail_out = COMPRESS_CHUNK;
		result = BZ2_bzCompress(stream, action);
		if (result < 0)
			return error("bzip2: cannot compress");
		if (compress_put(compressor, COMPRESS_CHUNK - stream->avail_out) < 0)
			return -1;
	} while (action == BZ_FINISH ? result != BZ_STREAM_END : stream->avail_in > 0);
	return 0;
}

static int run(struct compressor *compressor, struct span data, int end)
{
	bz_stream *stream = compressor->state;

	while (data.len) { /* bzlib counts in unsigned int */
		unsigned int now = data.len < (1u << 30) ? (unsigned int)data.len : 1u << 30;

		stream->next_in = (char *)data.data;
		stream->avail_in = now;
		if (step(compressor, BZ_RUN) < 0)
			return -1;
		data = (struct span){ data.data + now, data.len - now };
	}
	return end ? step(compressor, BZ_FINISH) : 0;
}

static void stop(struct compressor *compressor)
{
	BZ2_bzCompressEnd(compressor->state);
	free(compressor->state);
}

static const char *decompress_all(bz_stream *stream, struct unpacking *unpacking)
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

static const char *unpack(struct unpacking *unpacking)
{
	bz_stream stream = { 0 };
	const char *why;

	if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
		return unpack_memory;
	why = decompress_all(&stream, unpacking);
	BZ2_bzDecompressEnd(&stream);
	return why;
}

const struct compress_method compress_bzip2 = {
	.kind = COMPRESS_BZIP2,
	.name = "bzip2",
	.symbol = "RD_BZIP2",
	.magics = { { 3, { 'B', 'Z', 'h' } } },
	.lowest = 1,
	.highest = 9,
	.usual = LEVEL,
	.memory = memory,
	.start = start,
	.run = run,
	.stop = stop,
	.unpack = unpack,
};
