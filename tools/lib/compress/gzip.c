// SPDX-License-Identifier: MIT
/* gzip.c - gzip, which every kernel reads. */
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

static const char *inflate_all(z_stream *gzip, struct unpacking *unpacking)
{
	uint8_t chunk[UNPACK_CHUNK];
	const char *why = NULL;
	int result = Z_OK;

	while (!why && result == Z_OK) {
		size_t left = unpacking->in.len;
		uInt now = left < (1u << 30) ? (uInt)left : 1u << 30;

		gzip->next_in = (Bytef *)unpacking->in.data;
		gzip->avail_in = now;
		gzip->next_out = chunk;
		gzip->avail_out = sizeof(chunk);
		result = inflate(gzip, Z_NO_FLUSH);
		unpack_skip(unpacking, now - gzip->avail_in);
		why = unpack_add(unpacking, chunk, sizeof(chunk) - gzip->avail_out);
		if (!why && result != Z_OK && result != Z_STREAM_END)
			why = unpacking->in.len ? unpack_damaged : unpack_truncated;
	}
	return why;
}

static const char *unpack(struct unpacking *unpacking)
{
	z_stream gzip = { 0 };
	const char *why;

	if (inflateInit2(&gzip, 15 + 16) != Z_OK)
		return unpack_memory;
	why = inflate_all(&gzip, unpacking);
	inflateEnd(&gzip);
	return why;
}

const struct compress_method compress_gzip = {
	.kind = COMPRESS_GZIP,
	.name = "gzip",
	.symbol = "RD_GZIP",
	.magics = { { 2, { 0x1f, 0x8b } }, { 2, { 0x1f, 0x9e } } },
	.lowest = 1,
	.highest = 9,
	.usual = LEVEL,
	.memory = memory,
	.start = start,
	.run = run,
	.stop = stop,
	.unpack = unpack,
};
