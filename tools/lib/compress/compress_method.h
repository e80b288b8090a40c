/* SPDX-License-Identifier: MIT */
/* compress_method.h - what a compression has to offer; for the files compress*.c alone. */
#ifndef TOOLS_LIB_COMPRESS_METHOD_H
#define TOOLS_LIB_COMPRESS_METHOD_H

#include "tools/lib/compress/compress.h"

#define COMPRESS_CHUNK (128 * 1024) /* bytes between a library and the sink */

struct compress_method {
	const char *name;
	int lowest, highest, usual; /* levels */
	/* Bytes that one stream of this level needs. */
	size_t (*memory)(int level);
	/* Makes compressor->state. 0, or -1 after reporting. */
	int (*start)(struct compressor *compressor);
	/* Compresses `data`; with `end`, all that is left, too. 0, or -1 after reporting. */
	int (*run)(struct compressor *compressor, struct span data, int end);
	void (*stop)(struct compressor *compressor);
};

struct compressor {
	const struct compress_method *method;
	struct sink sink;
	int level;
	uint64_t size; /* of all that will come, or COMPRESS_SIZE_UNKNOWN */
	void *state; /* the library's */
	uint8_t chunk[COMPRESS_CHUNK];
};

/* The first `len` bytes of the chunk to the sink. 0 or -1. */
int compress_put(struct compressor *compressor, size_t len);

extern const struct compress_method compress_gzip, compress_zstd, compress_lz4, compress_xz,
	compress_lzma, compress_bzip2;

#endif
