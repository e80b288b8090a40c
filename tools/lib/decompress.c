/* decompress.c - gzip and zstd on the way in: whole buffers, with a limit. */
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "tools/lib/compress.h"
#include "tools/lib/error.h"

#define CHUNK (256 * 1024) /* bytes */

static const struct {
	const char *kind;
	uint8_t magic[6];
	uint8_t len;
} magics[] = {
	{ "gzip", { 0x1f, 0x8b }, 2 },
	{ "gzip", { 0x1f, 0x9e }, 2 },
	{ "bzip2", { 'B', 'Z', 'h' }, 3 },
	{ "lzma", { 0x5d, 0, 0 }, 3 },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6 },
	{ "lzo", { 0x89, 'L', 'Z', 'O', 0, 0x0d }, 6 },
	{ "lz4", { 0x02, 0x21, 0x4c, 0x18 }, 4 },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4 },
};

const char *compress_detect(struct span span)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (span.len >= magics[i].len && !memcmp(span.data, magics[i].magic, magics[i].len))
			return magics[i].kind;
	return NULL;
}

static int too_much(const char *name, size_t limit)
{
	return error("%s: unpacks to more than %zu MiB", shown(name), limit >> 20);
}

static int gunzip_member(z_stream *gzip, struct span *in, struct buffer *out, size_t limit,
			 const char *name)
{
	uint8_t chunk[CHUNK];
	int result;

	do {
		uInt now = in->len < (1u << 30) ? (uInt)in->len : 1u << 30;

		gzip->next_in = (Bytef *)in->data;
		gzip->avail_in = now;
		gzip->next_out = chunk;
		gzip->avail_out = CHUNK;
		result = inflate(gzip, Z_NO_FLUSH);
		buffer_add(out, chunk, CHUNK - gzip->avail_out);
		*in = (struct span){ in->data + (now - gzip->avail_in),
				     in->len - (now - gzip->avail_in) };
		if (out->len > limit)
			return too_much(name, limit);
		if (result != Z_OK && result != Z_STREAM_END)
			return error("%s: gzip: %s", shown(name),
				     in->len ? (gzip->msg ? gzip->msg : "damaged") : "truncated");
	} while (result != Z_STREAM_END);
	return 0;
}

static int gunzip(struct span *in, struct buffer *out, size_t limit, const char *name)
{
	z_stream gzip = { 0 };
	int result;

	if (inflateInit2(&gzip, 15 + 16) != Z_OK)
		return error("gzip: out of memory");
	result = gunzip_member(&gzip, in, out, limit, name);
	inflateEnd(&gzip);
	return result;
}

static int unzstd_frame(ZSTD_DCtx *zstd, struct span *in, struct buffer *out, size_t limit,
			const char *name)
{
	ZSTD_inBuffer from = { in->data, in->len, 0 };
	uint8_t chunk[CHUNK];
	size_t left;

	do {
		ZSTD_outBuffer to = { chunk, CHUNK, 0 };

		left = ZSTD_decompressStream(zstd, &to, &from);
		if (ZSTD_isError(left))
			return error("%s: zstd: %s", shown(name), ZSTD_getErrorName(left));
		buffer_add(out, chunk, to.pos);
		if (out->len > limit)
			return too_much(name, limit);
		if (left && from.pos == from.size && to.pos < to.size)
			return error("%s: zstd: truncated", shown(name));
	} while (left);
	*in = (struct span){ in->data + from.pos, in->len - from.pos };
	return 0;
}

static int unzstd(struct span *in, struct buffer *out, size_t limit, const char *name)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	int result;

	if (!zstd)
		return error("zstd: out of memory");
	result = unzstd_frame(zstd, in, out, limit, name);
	ZSTD_freeDCtx(zstd);
	return result;
}

static bool goes_on(const char *kind, struct span in)
{
	const char *next = compress_detect(in);

	return next && !strcmp(next, kind);
}

int decompress(const char *kind, struct span in, struct buffer *out, size_t limit, size_t *used,
	       const char *name)
{
	int (*one)(struct span *, struct buffer *, size_t, const char *) = NULL;
	struct span rest = in;

	if (!strcmp(kind, "gzip"))
		one = gunzip;
	else if (!strcmp(kind, "zstd"))
		one = unzstd;
	else
		return error("%s: compressed with %s, which is not supported yet", shown(name),
			     kind);
	do {
		if (one(&rest, out, limit, name) < 0)
			return -1;
	} while (goes_on(kind, rest));
	*used = in.len - rest.len;
	return 0;
}
