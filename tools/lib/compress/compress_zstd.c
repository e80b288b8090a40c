// SPDX-License-Identifier: MIT
/* compress_zstd.c - zstd. */
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

const struct compress_method compress_zstd = { "zstd", 1, 22, LEVEL, memory, start, run, stop };
