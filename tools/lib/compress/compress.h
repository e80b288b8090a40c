/* SPDX-License-Identifier: MIT */
/* compress.h - what the kernel unpacks: a filter on the way out, whole buffers on the way in. */
#ifndef TOOLS_LIB_COMPRESS_H
#define TOOLS_LIB_COMPRESS_H

#include <stdbool.h>

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

enum compress_kind {
	COMPRESS_NONE,
	COMPRESS_GZIP,
	COMPRESS_ZSTD,
	COMPRESS_LZ4, /* the legacy format: the kernel reads no other */
	COMPRESS_XZ,
	COMPRESS_LZMA,
	COMPRESS_BZIP2,
	COMPRESS_LZO, /* is recognized, and nothing more */
};

struct compressor;

struct compress_choice {
	enum compress_kind kind;
	int level;
};

/* Where bytes go. `write` returns 0, or -1 after reporting. */
struct sink {
	int (*write)(void *context, const void *data, size_t len);
	void *context;
};

struct sink sink_to(struct buffer *buffer); /* appends */

/* Parses --compress: "none", "gzip", "zstd", "lz4", "xz", "lzma" or "bzip2", with ",LEVEL" or the
 * method's default level (tools/lib/compress/METHOD.c has the reason). Returns 0, or -1 with
 * *why set to a static text. */
int compress_choose(const char *text, struct compress_choice *choice, const char **why);

/* "none", "gzip", ... */
const char *compress_name(enum compress_kind kind);

/* The symbol of a kernel that unpacks it, without CONFIG_: "RD_GZIP"; NULL: every kernel does. */
const char *compress_symbol(enum compress_kind kind);

/* Bytes of memory that one compressor of this choice needs, about. */
size_t compress_memory(const struct compress_choice *choice);

#define COMPRESS_SIZE_UNKNOWN UINT64_MAX

/* `size`: bytes that will be written, or COMPRESS_SIZE_UNKNOWN; zstd says it in the frame's header,
 * so that the kernel maps no larger window than it needs. NULL after reporting. */
struct compressor *compressor_new(const struct compress_choice *choice, uint64_t size,
				  struct sink sink);

/* 0, or -1 after reporting. */
int compressor_write(struct compressor *compressor, const void *data, size_t len);

/* Ends the stream and frees compressor. 0, or -1 after reporting. */
int compressor_finish(struct compressor *compressor);
void compressor_free(struct compressor *compressor); /* gives up; NULL is fine */

/* What these bytes begin; COMPRESS_NONE: none of these. Source: the table in lib/decompress.c. */
enum compress_kind compress_detect(struct span span);

enum decompress_scope {
	DECOMPRESS_FRAME, /* the first stream, member or frame */
	DECOMPRESS_ALL, /* and those of its kind that follow it */
};

/* Two of the results of decompress(): more than the limit; and `out` returned -1. */
extern const char decompress_over_limit[], decompress_stopped[];

/* Unpacks what is at the start of `in` into `out`, in pieces; *used is how many bytes of `in` it
 * had. More than `limit` bytes are refused: a small file can unpack to what fills the machine.
 * NULL, or a static text that says why not. Reports nothing. */
const char *decompress(struct span in, enum decompress_scope scope, struct sink out, size_t limit,
		       size_t *used);

/* The same of all, appended to a buffer, which never has more than `limit` bytes. */
const char *decompress_buffer(struct span in, struct buffer *out, size_t limit, size_t *used);

/* What zstd frames promise to unpack to, by their headers; all zero at first. */
struct compress_promise {
	uint64_t size; /* of all so far; a frame without a size counts as 0 */
	bool in_frame, has_sum; /* where the next step begins */
};

/* Consumes a frame header, a block, or a zero byte between frames from the start of `in`, so that a
 * small file that unpacks to a very large one is reported before. Returns false if something else,
 * or nothing, is there. */
bool compress_promised(struct span *in, struct compress_promise *promise);

#endif
