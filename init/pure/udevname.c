// SPDX-License-Identifier: MIT
/* udevname.c - encode text as udev does in the names of its links. */
#include "init/pure/udevname.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* The bytes of the character, by its first one; 0: none begins so. */
static size_t character_len(uint8_t first)
{
	if (first < 0x80)
		return 1;
	return first >= 0xc2 && first < 0xe0   ? 2
	       : first >= 0xe0 && first < 0xf0 ? 3
	       : first >= 0xf0 && first < 0xf5 ? 4
					       : 0;
}

/* Not what could be written shorter, no half of a surrogate pair, nothing above U+10FFFF. */
static int is_sound(const uint8_t *text, size_t len)
{
	uint32_t c = text[0] & (0x7fU >> len);

	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	return len == 2 || (len == 3 && c >= 0x800 && (c < 0xd800 || c > 0xdfff)) ||
	       (len == 4 && c >= 0x10000 && c <= 0x10ffff);
}

/* How many bytes from here on may stay as they are. */
static size_t plain_len(const uint8_t *text, size_t left)
{
	size_t len = character_len(text[0]);

	if (len == 1)
		return (text[0] >= '0' && text[0] <= '9') || (text[0] >= 'A' && text[0] <= 'Z') ||
		       (text[0] >= 'a' && text[0] <= 'z') ||
		       (text[0] && strchr("#+-.:=@_", text[0]));
	return len && len <= left && is_sound(text, len) ? len : 0;
}

int udevname_encode(char *to, size_t size, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t left = strlen(text), used = 0, len;

	for (; left; text += len, left -= len) {
		uint8_t byte = (uint8_t)*text;

		len = plain_len((const uint8_t *)text, left);
		if (used + (len ? len : 4) >= size) {
			to[0] = '\0';
			return -E2BIG;
		}
		if (len) {
			memcpy(to + used, text, len);
		} else {
			const char code[4] = { '\\', 'x', digits[byte >> 4], digits[byte & 15] };

			memcpy(to + used, code, sizeof(code));
		}
		used += len ? len : 4;
		len = len ? len : 1;
	}
	to[used] = '\0';
	return 0;
}

static int is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

int udevname_replace(char *to, size_t size, const char *text, size_t len)
{
	size_t used = 0, width;

	while (len && is_blank(*text))
		text++, len--;
	while (len && is_blank(text[len - 1]))
		len--;
	for (size_t i = 0; i < len; i += width, used += width) {
		size_t plain = plain_len((const uint8_t *)text + i, len - i);

		width = plain ? plain : 1;
		if (used + width >= size) {
			to[0] = '\0';
			return -E2BIG;
		}
		memcpy(to + used, plain ? text + i : "_", width);
		while (is_blank(text[i]) && is_blank(text[i + 1]))
			i++; /* nothing follows the last one: blanks at the end are removed */
	}
	to[used] = '\0';
	return 0;
}
