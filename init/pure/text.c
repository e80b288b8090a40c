// SPDX-License-Identifier: MIT
/* text.c - identifiers and labels of superblocks, as text. */
#include "init/pure/text.h"

#define UUID_LEN 16

static const uint8_t uuid_hyphens[] = { 4, 6, 8, 10, 0 };

void text_hex(char *text, size_t size, struct span bytes, const uint8_t *hyphens)
{
	static const char digits[] = "0123456789abcdef";
	size_t used = 0;

	text[0] = '\0';
	if (bytes.len * 2 + strlen((const char *)hyphens) >= size)
		return;
	for (size_t i = 0; i < bytes.len; i++) {
		if (*hyphens && i == *hyphens) {
			text[used++] = '-';
			hyphens++;
		}
		text[used++] = digits[bytes.data[i] >> 4];
		text[used++] = digits[bytes.data[i] & 15];
	}
	text[used] = '\0';
}

void text_uuid(char *text, size_t size, const uint8_t *bytes)
{
	static const uint8_t zeros[UUID_LEN];

	text[0] = '\0';
	if (memcmp(bytes, zeros, UUID_LEN))
		text_hex(text, size, (struct span){ bytes, UUID_LEN }, uuid_hyphens);
}

void text_guid(char *text, size_t size, const uint8_t *bytes)
{
	static const uint8_t order[UUID_LEN] = { 3, 2, 1,  0,  5,  4,  7,  6,
						 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t turned[UUID_LEN];

	for (size_t i = 0; i < UUID_LEN; i++)
		turned[i] = bytes[order[i]];
	text_uuid(text, size, turned);
}

void text_label(char *text, size_t size, struct span bytes)
{
	const uint8_t *end = bytes.len ? memchr(bytes.data, 0, bytes.len) : NULL;
	size_t len = end ? (size_t)(end - bytes.data) : bytes.len;

	while (len && bytes.data[len - 1] == ' ')
		len--;
	text[0] = '\0';
	if (len >= size)
		return;
	if (len)
		memcpy(text, bytes.data, len);
	text[len] = '\0';
}

/* The bytes of the character's UTF-8, written to `out`. */
static size_t encode(uint32_t c, char out[4])
{
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(marks[len] | c);
	return len;
}

static uint32_t unit_at(struct span bytes, size_t at, enum utf16 order)
{
	struct span unit = span_cut(bytes, at, 2);

	if (!unit.data)
		return 0;
	return order == UTF16_LITTLE ? le16(unit.data) : (uint32_t)unit.data[0] << 8 | unit.data[1];
}

/* The character at `*at`, which moves after it; 0 at the end. */
static uint32_t next_character(struct span bytes, size_t *at, enum utf16 order)
{
	uint32_t high = unit_at(bytes, *at, order), low = unit_at(bytes, *at + 2, order);

	*at += 2;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*at += 2;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

void text_utf16(char *text, size_t size, struct span bytes, enum utf16 order)
{
	size_t at = 0, used = 0;
	uint32_t c;

	text[0] = '\0';
	while ((c = next_character(bytes, &at, order))) {
		char out[4];
		size_t len = encode(c, out);

		if (used + len >= size) {
			text[0] = '\0';
			return;
		}
		memcpy(text + used, out, len);
		used += len;
	}
	while (used && text[used - 1] == ' ')
		used--;
	text[used] = '\0';
}

void text_upper(char *text)
{
	for (; *text; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}
