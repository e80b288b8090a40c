// SPDX-License-Identifier: MIT
/* decompress.c - what the kernel can unpack, on the way in: in pieces, with a limit. */
#include <string.h>

#include "tools/lib/compress/compress_method.h"

const char decompress_over_limit[] = "unpacks to more than the limit";
const char decompress_stopped[] = "is wanted no further";
const char unpack_truncated[] = "truncated";
const char unpack_damaged[] = "damaged";
const char unpack_memory[] = "needs too much memory";

const char *unpack_add(struct unpacking *unpacking, const void *data, size_t len)
{
	if (unpacking->total > unpacking->limit || len > unpacking->limit - unpacking->total)
		return decompress_over_limit;
	if (unpacking->out.write(unpacking->out.context, data, len) < 0)
		return decompress_stopped;
	unpacking->total += len;
	return NULL;
}

void unpack_skip(struct unpacking *unpacking, size_t len)
{
	unpacking->in.data += len;
	unpacking->in.len -= len;
}

const char *decompress(struct span in, enum decompress_scope scope, struct sink out, size_t limit,
		       size_t *used)
{
	struct unpacking unpacking = { in, out, 0, limit };
	enum compress_kind kind = compress_detect(in);
	const char *why = kind == COMPRESS_NONE ? "an unknown compression" : NULL;

	while (!why) {
		why = compress_method(kind)->unpack(&unpacking);
		if (scope == DECOMPRESS_FRAME || compress_detect(unpacking.in) != kind)
			break;
	}
	*used = in.len - unpacking.in.len;
	return why;
}

const char *decompress_buffer(struct span in, struct buffer *out, size_t limit, size_t *used)
{
	return decompress(in, DECOMPRESS_ALL, sink_to(out), out->len < limit ? limit - out->len : 0,
			  used);
}
