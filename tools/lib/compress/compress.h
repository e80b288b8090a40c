/* SPDX-License-Identifier: MIT */
/* compress.h - what the kernel unpacks: a filter on the way out, whole buffers on the way in. */
#ifndef TOOLS_LIB_COMPRESS_H
#define TOOLS_LIB_COMPRESS_H

#include <stdbool.h>

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

struct compressor;
struct compress_method;

struct compress_choice {
	const struct compress_method *method;
	int level;
};

/* Where compressed bytes go. `write` returns 0, or -1 after reporting. */
struct sink {
	int (*write)(void *context, const void *data, size_t len);
	void *context;
};

struct sink sink_to(struct buffer *buffer); /* appends */

/* Parses --compress: "none", "gzip", "zstd", "lz4", "xz", "lzma" or "bzip2", with ",LEVEL" or the
 * method's default level (tools/lib/compress/compress_*.c have the reason). Returns 0, or -1 with
 * *why set to a static text. */
int compress_choose(const char *text, struct compress_choice *choice, const char **why);

const char *compress_name(const struct compress_method *method);

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

/* The name of what these bytes begin: "gzip", "zstd", "xz", "lzma", "bzip2", "lz4", "lzo", or
 * NULL. Source: the table in lib/decompress.c. */
const char *compress_detect(struct span span);

/* Unpacks the stream of kind `kind` at the start of `in`, all its members and frames, onto `out`;
 * *used is how many bytes of `in` they had. More than `limit` bytes are refused: a small file can
 * unpack to what fills the machine. `name` is for messages. 0, or -1 after reporting. */
int decompress(const char *kind, struct span in, struct buffer *out, size_t limit, size_t *used,
	       const char *name);

/* The same in pieces, as they are unpacked; `out` may end it, which is not an error and not
 * reported: -1 as well. */
int decompress_into(const char *kind, struct span in, struct sink out, size_t limit, size_t *used,
		    const char *name);

/* Consumes a zstd frame, or a zero byte between frames, from `in` and adds the unpacked size in its
 * header to *sum; a frame without a size counts as 0. So a small file that unpacks to a very large
 * one is reported before. Returns false if something else, or nothing, is there. */
bool compress_promised(struct span *in, uint64_t *sum);

/* The first stream, member or frame alone, of whatever kind it is, without a report: NULL, or a
 * text that says why not. */
const char *decompress_one(struct span in, struct buffer *out, size_t limit, size_t *used);

/* The same of all that are of its kind, without a report: NULL, or a text that says why not. At no
 * time has `out` more than `limit` bytes. */
const char *decompress_quietly(struct span in, struct buffer *out, size_t limit, size_t *used);

#endif
