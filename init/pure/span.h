/* SPDX-License-Identifier: MIT */
/* span.h - bytes with their length, and readers that cannot leave them. */
#ifndef RDINIT_PURE_SPAN_H
#define RDINIT_PURE_SPAN_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *data;
	size_t len; /* bytes */
};

/* The bytes [offset, offset + len) of `whole`, or a span with data NULL if they do not all
 * lie inside. Every parser reads its bytes through these functions: they are the only bounds check.
 */
static inline struct span span_cut(struct span whole, size_t offset, size_t len)
{
	if (offset > whole.len || len > whole.len - offset)
		return (struct span){ NULL, 0 };
	return (struct span){ whole.data + offset, len };
}

/* The bytes as text with its NUL, in `size` bytes, at least 1. 0, or -E2BIG: it is cut off. */
static inline int span_text(struct span span, char *text, size_t size)
{
	size_t len = span.len < size ? span.len : size - 1;

	memcpy(text, span.data, len);
	text[len] = '\0';
	return len < span.len ? -E2BIG : 0;
}

static inline uint16_t le16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t le32(const uint8_t *bytes)
{
	return (uint32_t)le16(bytes) | (uint32_t)le16(bytes + 2) << 16;
}

static inline uint64_t le64(const uint8_t *bytes)
{
	return (uint64_t)le32(bytes) | (uint64_t)le32(bytes + 4) << 32;
}

static inline uint16_t be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t be32(const uint8_t *bytes)
{
	return (uint32_t)be16(bytes) << 16 | be16(bytes + 2);
}

static inline uint64_t be64(const uint8_t *bytes)
{
	return (uint64_t)be32(bytes) << 32 | be32(bytes + 4);
}

#endif
