// SPDX-License-Identifier: MIT
/* xz.c - xz, and its elder lzma. */
#include <lzma.h>
#include <stdlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/compress/compress_method.h"

#define LZMA_MEMORY ((uint64_t)512 << 20) /* bytes: a dictionary of 256 MiB, and room */

/* 9 saves two bytes in a hundred, and takes five times the memory. */
#define LEVEL 6

static size_t memory(int level)
{
	return (size_t)lzma_easy_encoder_memusage((uint32_t)level);
}

static int report(lzma_ret result)
{
	return error("lzma: %s", result == LZMA_MEM_ERROR ? "out of memory" : "cannot compress");
}

static lzma_ret start_stream(struct compressor *compressor, lzma_stream *stream)
{
	lzma_options_lzma options;

	if (compressor->method == &compress_xz) /* the kernel checks no other sum (xz.rst) */
		return lzma_easy_encoder(stream, (uint32_t)compressor->level, LZMA_CHECK_CRC32);
	if (lzma_lzma_preset(&options, (uint32_t)compressor->level))
		return LZMA_OPTIONS_ERROR;
	return lzma_alone_encoder(stream, &options);
}

static int start(struct compressor *compressor)
{
	static const lzma_stream fresh = LZMA_STREAM_INIT;
	lzma_stream *stream = xmemdup(&fresh, sizeof(fresh));
	lzma_ret result = start_stream(compressor, stream);

	compressor->state = stream;
	if (result == LZMA_OK)
		return 0;
	free(stream);
	return report(result);
}

static int run(struct compressor *compressor, struct span data, int end)
{
	lzma_stream *stream = compressor->state;
	lzma_ret result;

	stream->next_in = data.data;
	stream->avail_in = data.len;
	do {
		stream->next_out = compressor->chunk;
		stream->avail_out = COMPRESS_CHUNK;
		result = lzma_code(stream, end ? LZMA_FINISH : LZMA_RUN);
		if (result != LZMA_OK && result != LZMA_STREAM_END)
			return report(result);
		if (compress_put(compressor, COMPRESS_CHUNK - stream->avail_out) < 0)
			return -1;
	} while (end ? result != LZMA_STREAM_END : stream->avail_in > 0);
	return 0;
}

static void stop(struct compressor *compressor)
{
	lzma_end(compressor->state);
	free(compressor->state);
}

static const char *lzma_reason(lzma_ret result, size_t left)
{
	if (result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR)
		return unpack_memory;
	return result == LZMA_BUF_ERROR && !left ? unpack_truncated : unpack_damaged;
}

/* Either format, once its decoder is there. */
static const char *decode(lzma_stream *stream, struct unpacking *unpacking)
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

static const char *unpack_xz(struct unpacking *unpacking)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	const char *why = unpack_memory;

	if (lzma_stream_decoder(&stream, LZMA_MEMORY, 0) == LZMA_OK)
		why = decode(&stream, unpacking);
	lzma_end(&stream);
	return why;
}

static const char *unpack_lzma(struct unpacking *unpacking)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	const char *why = unpack_memory;

	if (lzma_alone_decoder(&stream, LZMA_MEMORY) == LZMA_OK)
		why = decode(&stream, unpacking);
	lzma_end(&stream);
	return why;
}

const struct compress_method compress_xz = {
	.kind = COMPRESS_XZ,
	.name = "xz",
	.symbol = "RD_XZ",
	.magics = { { 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } } },
	.lowest = 0,
	.highest = 9,
	.usual = LEVEL,
	.memory = memory,
	.start = start,
	.run = run,
	.stop = stop,
	.unpack = unpack_xz,
};

const struct compress_method compress_lzma = {
	.kind = COMPRESS_LZMA,
	.name = "lzma",
	.symbol = "RD_LZMA",
	.magics = { { 3, { 0x5d, 0, 0 } } },
	.lowest = 0,
	.highest = 9,
	.usual = LEVEL,
	.memory = memory,
	.start = start,
	.run = run,
	.stop = stop,
	.unpack = unpack_lzma,
};
