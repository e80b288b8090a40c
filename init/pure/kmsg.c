// SPDX-License-Identifier: MIT
/* kmsg.c - parse records of the kernel's log. */
#include "init/pure/kmsg.h"

#define ASKED ": Direct firmware load for "
#define NOT_THERE " failed with error -2"
#define FACILITY_USER 8 /* priorities from here on are those of programs */

static struct span from(struct span text, size_t at)
{
	return (struct span){ text.data + at, text.len - at };
}

/* Up to the byte; all of it if there is none. */
static struct span before(struct span text, uint8_t byte)
{
	const uint8_t *end = text.len ? memchr(text.data, byte, text.len) : NULL;

	return (struct span){ text.data, end ? (size_t)(end - text.data) : text.len };
}

/* Where the words begin; text.len: nowhere. */
static size_t find(struct span text, const char *words)
{
	size_t len = strlen(words);

	for (size_t at = 0; at + len <= text.len; at++)
		if (memcmp(text.data + at, words, len) == 0)
			return at;
	return text.len;
}

/* Finds TEXT in "4,1234,567890,-;TEXT\n KEY=VALUE\n". */
static int record_text(struct span record, struct span *text)
{
	struct span head = before(record, ';'), priority = before(head, ',');
	unsigned int value = 0;

	if (head.len == record.len || priority.len == 0 || priority.len == head.len)
		return 0;
	for (size_t i = 0; i < priority.len; i++) {
		if (priority.data[i] < '0' || priority.data[i] > '9' || value >= FACILITY_USER)
			return 0;
		value = value * 10 + (unsigned int)(priority.data[i] - '0');
	}
	*text = before(from(record, head.len + 1), '\n');
	return value < FACILITY_USER;
}

int kmsg_firmware(struct span record, struct kmsg_firmware *found)
{
	struct span text, rest;
	size_t at, len;

	if (!record_text(record, &text))
		return 0;
	at = find(text, ASKED);
	if (at == 0 || at == text.len)
		return 0;
	rest = from(text, at + strlen(ASKED));
	len = find(rest, NOT_THERE);
	if (len == 0 || len + strlen(NOT_THERE) != rest.len)
		return 0;
	found->device = (struct span){ text.data, at };
	found->name = (struct span){ rest.data, len };
	return 1;
}
