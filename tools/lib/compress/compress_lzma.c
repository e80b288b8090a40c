// SPDX-License-Identifier: MIT
/* compress_lzma.c - xz, and its elder lzma. */
#include <lzma.h>
#include <stdlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/compress/compress_method.h"

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

const struct compress_method compress_xz = { "xz", 0, 9, LEVEL, memory, start, run, stop };
const struct compress_method compress_lzma = { "lzma", 0, 9, LEVEL, memory, start, run, stop };
