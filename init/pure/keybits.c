// SPDX-License-Identifier: MIT
/* keybits.c - the keys that an input device has, and presses of them. */
#include "init/pure/keybits.h"

#include <string.h>

#define KEY_EVENT 1 /* EV_KEY */
#define TYPE_AT 16 /* after the time */
#define CODE_AT 18
#define VALUE_AT 20
#define PRESSED 1

static uint64_t hex_word(const char *text, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned int digit = (unsigned char)text[i];

		if (digit - '0' <= 9)
			digit -= '0';
		else if (digit - 'a' <= 5)
			digit -= 'a' - 10;
		else
			return 0;
		word = word << 4 | digit;
	}
	return word;
}

bool keybits_has(const char *text, unsigned int key)
{
	size_t end = strlen(text), start;

	for (unsigned int at = 0;; at++) {
		start = end;
		while (start > 0 && text[start - 1] != ' ')
			start--;
		if (at == key / 64)
			return hex_word(text + start, end - start) >> key % 64 & 1;
		if (start == 0)
			return false;
		end = start - 1;
	}
}

bool keybits_pressed(struct span events, unsigned int key)
{
	struct span event;

	for (size_t at = 0; (event = span_cut(events, at, KEY_EVENT_SIZE)).data; at += event.len)
		if (le16(event.data + TYPE_AT) == KEY_EVENT && le16(event.data + CODE_AT) == key &&
		    le32(event.data + VALUE_AT) == PRESSED)
			return true;
	return false;
}
