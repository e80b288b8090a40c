/* SPDX-License-Identifier: MIT */
/* unpack.h - what the decompressors share; for them alone. */
#ifndef TOOLS_LIB_UNPACK_H
#define TOOLS_LIB_UNPACK_H

#include "tools/lib/compress/compress.h"

#define UNPACK_CHUNK (256 * 1024) /* bytes between a library and the result */

/* One stream on its way out. */
struct unpacking {
	struct span in; /* the rest of the input; each step consumes from its start */
	struct sink out;
	size_t total, limit; /* bytes that went there, and how many may */
};

extern const char unpack_too_much[], unpack_stopped[], unpack_truncated[], unpack_damaged[],
	unpack_memory[];

/* Hands on what was unpacked. NULL; unpack_too_much, with nothing handed on; or unpack_stopped. */
const char *unpack_add(struct unpacking *unpacking, const void *data, size_t len);

/* Takes `len` bytes of the input, which has as many. */
void unpack_skip(struct unpacking *unpacking, size_t len);

/* One stream or frame each, at the start of the input. NULL, or why it is none. */
const char *unpack_xz(struct unpacking *unpacking);
const char *unpack_lzma(struct unpacking *unpacking);
const char *unpack_lz4(struct unpacking *unpacking);
const char *unpack_bzip2(struct unpacking *unpacking);

#endif
