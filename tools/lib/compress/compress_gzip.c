// SPDX-License-Identifier: MIT
/* compress_gzip.c - gzip, which every kernel reads. */
#include <stdlib.h>
#include <zlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/compress/compress_method.h"

/* 9 takes seven times as long as 6 for one byte in a hundred. */
#define LEVEL 6
#define WITH_HEADER (15 + 16) /* the largest window, and a header without name and time */

static size_t memory(int level)
{
	(void)level;
	return 400 * 1024;
}

static int start(struct compressor *compressor)
{
	z_stream *stream = xcalloc(1, sizeof(*stream));

	if (deflateInit2(stream, compressor->level, Z_DEFLATED, WITH_HEADER, 9,
			 Z_DEFAULT_STRATEGY) != Z_OK) {
		free(stream);
		return error("gzip: out of memory");
	}
	compressor->state = stream;
	return 0;
}

static int step(struct compressor *compressor, int end)
{
	z_stream *stream = compressor->state;

	do {
		stream->next_out = compressor->chunk;
		stream->avail_out = COMPRESS_CHUNK;
		if (deflate(stream, end ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
			return error("gzip: %s", stream->msg ? stream->msg : "cannot compress");
		if (compress_put(compressor, COMPRESS_CHUNK - stream->avail_out) < 0)
			return -1;
	} while (!stream->avail_out);
	return 0;
}

static int run(struct compressor *compressor, struct span data, int end)
{
	z_stream *stream = compressor->state;

	while (data.len) { /* zlib counts in unsigned int */
		uInt now = data.len < (1u << 30) ? (uInt)data.len : 1u << 30;

		stream->next_in = (Bytef *)data.data;
		stream->avail_in = now;
		if (step(compressor, 0) < 0)
			return -1;
		data = (struct span){ data.data + now, data.len - now };
	}
	return end ? step(compressor, 1) : 0;
}

static void stop(struct compressor *compressor)
{
	deflateEnd(compressor->state);
	free(compressor->state);
}

const struct compress_method compress_gzip = { "gzip", 1, 9, LEVEL, memory, start, run, stop };
