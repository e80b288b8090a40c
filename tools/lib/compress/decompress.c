// SPDX-License-Identifier: MIT
/* decompress.c - what the kernel can unpack, on the way in: whole buffers, with a limit. */
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/compress/unpack.h"

const char unpack_too_much[] = "unpacks to more than the limit";
const char unpack_stopped[] = "is wanted no further";
const char unpack_truncated[] = "truncated";
const char unpack_damaged[] = "damaged";
const char unpack_memory[] = "needs too much memory";

static const char *unpack_gzip(struct unpacking *unpacking);
static const char *unpack_zstd(struct unpacking *unpacking);

static const struct format {
	const char *kind;
	uint8_t magic[6];
	uint8_t len;
	const char *(*unpack)(struct unpacking *unpacking); /* NULL: not supported */
} formats[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, unpack_gzip },
	{ "gzip", { 0x1f, 0x9e }, 2, unpack_gzip },
	{ "bzip2", { 'B', 'Z', 'h' }, 3, unpack_bzip2 },
	{ "lzma", { 0x5d, 0, 0 }, 3, unpack_lzma },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, unpack_xz },
	{ "lzo", { 0x89, 'L', 'Z', 'O', 0, 0x0d }, 6, NULL },
	{ "lz4", { 0x02, 0x21, 0x4c, 0x18 }, 4, unpack_lz4 },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, unpack_zstd },
};

const char *unpack_add(struct unpacking *unpacking, const void *data, size_t len)
{
	if (unpacking->total > unpacking->limit || len > unpacking->limit - unpacking->total)
		return unpack_too_much;
	if (unpacking->out.write(unpacking->out.context, data, len) < 0)
		return unpack_stopped;
	unpacking->total += len;
	return NULL;
}

void unpack_skip(struct unpacking *unpacking, size_t len)
{
	unpacking->in.data += len;
	unpacking->in.len -= len;
}

static const struct format *format_of(struct span span)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (span.len >= formats[i].len &&
		    !memcmp(span.data, formats[i].magic, formats[i].len))
			return &formats[i];
	return NULL;
}

const char *compress_detect(struct span span)
{
	const struct format *format = format_of(span);

	return format ? format->kind : NULL;
}

static const char *run_gzip(z_stream *gzip, struct unpacking *unpacking)
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

static const char *unpack_gzip(struct unpacking *unpacking)
{
	z_stream gzip = { 0 };
	const char *why;

	if (inflateInit2(&gzip, 15 + 16) != Z_OK)
		return unpack_memory;
	why = run_gzip(&gzip, unpacking);
	inflateEnd(&gzip);
	return why;
}

static const char *run_zstd(ZSTD_DCtx *zstd, struct unpacking *unpacking)
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

static const char *unpack_zstd(struct unpacking *unpacking)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	const char *why;

	if (!zstd)
		return unpack_memory;
	why = run_zstd(zstd, unpacking);
	ZSTD_freeDCtx(zstd);
	return why;
}

static const char *unpack_one(struct unpacking *unpacking)
{
	const struct format *format = format_of(unpacking->in);

	if (!format)
		return "an unknown compression";
	return format->unpack ? format->unpack(unpacking) : "not supported";
}

static struct unpacking unpacking_to(struct span in, struct buffer *out, size_t limit)
{
	return (struct unpacking){ in, sink_to(out), out->len, limit };
}

const char *decompress_one(struct span in, struct buffer *out, size_t limit, size_t *used)
{
	struct unpacking unpacking = unpacking_to(in, out, limit);
	const char *why = unpack_one(&unpacking);

	*used = in.len - unpacking.in.len;
	return why;
}

static const char *unpack_all(struct unpacking *unpacking)
{
	const struct format *format = format_of(unpacking->in), *next;
	const char *why;

	do {
		why = unpack_one(unpacking);
		next = format_of(unpacking->in);
	} while (!why && next && !strcmp(next->kind, format->kind));
	return why;
}

const char *decompress_quietly(struct span in, struct buffer *out, size_t limit, size_t *used)
{
	struct unpacking unpacking = unpacking_to(in, out, limit);
	const char *why = unpack_all(&unpacking);

	*used = in.len - unpacking.in.len;
	return why;
}

bool compress_promised(struct span *in, uint64_t *sum)
{
	const struct format *format = format_of(*in);
	unsigned long long size;
	size_t len = 1;

	if (!in->len || (in->data[0] && (!format || format->unpack != unpack_zstd)))
		return false;
	if (in->data[0]) {
		len = ZSTD_findFrameCompressedSize(in->data, in->len);
		size = ZSTD_getFrameContentSize(in->data, in->len);
		if (ZSTD_isError(len))
			len = in->len; /* reported when it is unpacked */
		if (size != ZSTD_CONTENTSIZE_ERROR && size != ZSTD_CONTENTSIZE_UNKNOWN)
			*sum = size > UINT64_MAX - *sum ? UINT64_MAX : *sum + size;
	}
	*in = span_cut(*in, len, in->len - len);
	return true;
}

int decompress_into(const char *kind, struct span in, struct sink out, size_t limit, size_t *used,
		    const char *name)
{
	struct unpacking unpacking = { in, out, 0, limit };
	const char *why;

	if (!strcmp(kind, "lzo"))
		return error(
			"%s: compressed with lzo, whose library is GPL and not part of rdinit; unpack "
			"it with lzop -dc, and read it with -",
			shown(name));
	why = unpack_all(&unpacking);
	*used = in.len - unpacking.in.len;
	if (why == unpack_stopped)
		return -1;
	if (why == unpack_too_much)
		return limit_error(name);
	return why ? error("%s: %s: %s", shown(name), kind, why) : 0;
}

int decompress(const char *kind, struct span in, struct buffer *out, size_t limit, size_t *used,
	       const char *name)
{
	return decompress_into(kind, in, sink_to(out), out->len < limit ? limit - out->len : 0,
			       used, name);
}
