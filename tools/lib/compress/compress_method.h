/* SPDX-License-Identifier: MIT */
/* compress_method.h - what a compression has to offer; for the files of this room alone. */
#ifndef TOOLS_LIB_COMPRESS_METHOD_H
#define TOOLS_LIB_COMPRESS_METHOD_H

#include "tools/lib/compress/compress.h"

#define COMPRESS_CHUNK (128 * 1024) /* bytes between a library and the sink */
#define UNPACK_CHUNK (256 * 1024) /* the same on the way in */

/* One stream on its way in. */
struct unpacking {
	struct span in; /* the rest of the input; each step consumes from its start */
	struct sink out;
	size_t total, limit; /* bytes that went there, and how many may */
};

struct compress_method {
	enum compress_kind kind;
	const char *name;
	const char *symbol; /* of the kernel, or NULL */
	struct {
		uint8_t len; /* 0: there is none */
		uint8_t bytes[6];
	} magics[2]; /* of what the kernel takes for it. Source: the table in lib/decompress.c */
	int lowest, highest, usual; /* levels */
	/* Bytes that one stream of this level needs. */
	size_t (*memory)(int level);
	/* Makes compressor->state. 0, or -1 after reporting. NULL: it is only unpacked. */
	int (*start)(struct compressor *compressor);
	/* Compresses `data`; with `end`, all that is left, too. 0, or -1 after reporting. */
	int (*run)(struct compressor *compressor, struct span data, int end);
	void (*stop)(struct compressor *compressor);
	/* One stream or frame at the start of the input. NULL, or why it is none. */
	const char *(*unpack)(struct unpacking *unpacking);
};

struct compressor {
	const struct compress_method *method;
	struct sink sink;
	int level;
	uint64_t size; /* of all that will come, or COMPRESS_SIZE_UNKNOWN */
	void *state; /* the library's */
	uint8_t chunk[COMPRESS_CHUNK];
};

/* The method of this kind. */
const struct compress_method *compress_method(enum compress_kind kind);

/* The first `len` bytes of the chunk to the sink. 0 or -1. */
int compress_put(struct compressor *compressor, size_t len);

extern const char unpack_truncated[], unpack_damaged[], unpack_memory[];

/* Hands on what was unpacked. NULL; decompress_over_limit, with nothing handed on; or
 * decompress_stopped. */
const char *unpack_add(struct unpacking *unpacking, const void *data, size_t len);

/* Consumes `len` bytes of the input, which has as many. */
void unpack_skip(struct unpacking *unpacking, size_t len);

extern const struct compress_method compress_gzip, compress_zstd, compress_lz4, compress_xz,
	compress_lzma, compress_bzip2;

#endif
