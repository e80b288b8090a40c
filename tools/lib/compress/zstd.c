// SPDX-License-Identifier: MIT
/* zstd.c - zstd. */
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_estimateCStreamSize() */
#include <zstd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/compress/compress_method.h"

/* Measured: the level that unpacks with the fewest instructions; 19 is 10 % smaller, and takes
 * twenty times as long. */
#define LEVEL 9
#define WINDOW_LOG 23 /* 8 MiB: the kernel's documented limit (lib/decompress_unzstd.c) */

static size_t memory(int level)
{
	return ZSTD_estimateCStreamSize(level);
}

static int start(struct compressor *compressor)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();

	if (!context)
		return error("zstd: out of memory");
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, compressor->level);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	/* A small size makes a small window, which the kernel has to map. */
	if (compressor->size != COMPRESS_SIZE_UNKNOWN)
		ZSTD_CCtx_setPledgedSrcSize(context, compressor->size);
	if (compressor->size > (uint64_t)1 << WINDOW_LOG)
		ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, WINDOW_LOG);
	compressor->state = context;
	return 0;
}

static int run(struct compressor *compressor, struct span data, int end)
{
	ZSTD_EndDirective what = end ? ZSTD_e_end : ZSTD_e_continue;
	ZSTD_inBuffer in = { data.data, data.len, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { compressor->chunk, COMPRESS_CHUNK, 0 };

		left = ZSTD_compressStream2(compressor->state, &out, &in, what);
		if (ZSTD_isError(left))
			return error("zstd: %s", ZSTD_getErrorName(left));
		if (compress_put(compressor, out.pos) < 0)
			return -1;
	} while (end ? left : in.pos < in.size);
	return 0;
}

static void stop(struct compressor *compressor)
{
	ZSTD_freeCCtx(compressor->state);
}

static const char *unpack_frame(ZSTD_DCtx *zstd, struct unpacking *unpacking)
{
	ZSTD_inBuffer from = { unpacking->in.data, unpacking->in.len, 0 };
	uint8_t chunk[UNPACK_CHUNK];
	const char *why = NULL;
	size_t left = 1;

	while (!why && left) {
		ZSTD_outBuffer to = { chunk, sizeof(chunk), 0 };

		left = ZSTD_decompressStream(zstd, &to, &from);
		if (ZSTD_isError(left))
			why = unpack_damaged;
		else if (left && from.pos == from.size && to.pos < to.size)
			why = unpack_truncated;
		else
			why = unpack_add(unpacking, chunk, to.pos);
	}
	unpack_skip(unpacking, from.pos);
	return why;
}

static const char *unpack(struct unpacking *unpacking)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	const char *why;

	if (!zstd)
		return unpack_memory;
	why = unpack_frame(zstd, unpacking);
	ZSTD_freeDCtx(zstd);
	return why;
}

/* The frame header at the start: its length; SIZE_MAX if it is none. */
static size_t begin_frame(struct span in, struct compress_promise *promise)
{
	ZSTD_frameHeader header;

	if (compress_detect(in) != COMPRESS_ZSTD || ZSTD_getFrameHeader(&header, in.data, in.len))
		return SIZE_MAX;
	if (header.frameContentSize > UINT64_MAX - 1)
		header.frameContentSize = 0; /* unknown */
	promise->size = header.frameContentSize > UINT64_MAX - promise->size
				? UINT64_MAX
				: promise->size + header.frameContentSize;
	promise->in_frame = true;
	promise->has_sum = header.checksumFlag;
	return header.headerSize;
}

/* The block at the start of `in`, and the sum after the last one. Source: RFC 8878, 3.1.1.2. */
static size_t pass_block(struct span in, struct compress_promise *promise)
{
	uint32_t header;

	if (in.len < 4)
		return SIZE_MAX;
	header = le32(in.data) & 0xffffff;
	promise->in_frame = !(header & 1);
	return 3 + ((header >> 1 & 3) == 1 ? 1 : header >> 3) +
	       (header & 1 && promise->has_sum ? 4 : 0);
}

bool compress_promised(struct span *in, struct compress_promise *promise)
{
	size_t len = 1;

	if (!in->len)
		return false;
	if (promise->in_frame)
		len = pass_block(*in, promise);
	else if (in->data[0])
		len = begin_frame(*in, promise);
	if (len > in->len)
		return false; /* truncated: that is reported when it is unpacked */
	*in = span_cut(*in, len, in->len - len);
	return true;
}

const struct compress_method compress_zstd = {
	.kind = COMPRESS_ZSTD,
	.name = "zstd",
	.symbol = "RD_ZSTD",
	.magics = { { 4, { 0x28, 0xb5, 0x2f, 0xfd } } },
	.lowest = 1,
	.highest = 22,
	.usual = LEVEL,
	.memory = memory,
	.start = start,
	.run = run,
	.stop = stop,
	.unpack = unpack,
};
