/* compress.h - none, gzip and zstd on the way out; whole buffers of all but lzo on the way in. */
#ifndef TOOLS_LIB_COMPRESS_H
#define TOOLS_LIB_COMPRESS_H

#include "init/pure/span.h"
#include "tools/lib/mem.h"

struct output;
struct compressor;

/* A method by the name --compress takes ("none", "gzip", "zstd"), or NULL. */
const struct compress_method *compress_find(const char *name);

/* Writes to `output`, which stays the caller's. gzip: level 9, no name and no time in the header.
 * zstd: level 9, which unpacks with the fewest instructions; window of at most 8 MiB, the kernel's
 * documented limit (lib/decompress_unzstd.c), and the content size in the header where that makes
 * the window smaller. */
struct compressor *compressor_new(const struct compress_method *method, struct output *output);

/* 0, or -1 after reporting. */
int compressor_write(struct compressor *compressor, const void *data, size_t len);

/* Ends the stream and frees compressor. 0, or -1 after reporting. */
int compressor_finish(struct compressor *compressor);
void compressor_free(struct compressor *compressor);	/* gives up; NULL is fine */

/* The name of what these bytes begin: "gzip", "zstd", "xz", "lzma", "bzip2", "lz4", "lzo", or
 * NULL. Source: the table in lib/decompress.c. */
const char *compress_detect(struct span span);

/* Unpacks the stream of kind `kind` at the start of `in`, all its members and frames, onto `out`;
 * *used is how many bytes of `in` they had. More than `limit` bytes are refused: a small file can
 * unpack to what fills the machine. `name` is for messages. 0, or -1 after reporting. */
int decompress(const char *kind, struct span in, struct buffer *out, size_t limit, size_t *used,
	       const char *name);

/* The same, of whatever kind it is, without a report: NULL, or a text that says why not. At no time
 * has `out` more than `limit` bytes. */
const char *decompress_quietly(struct span in, struct buffer *out, size_t limit, size_t *used);

#endif
