// SPDX-License-Identifier: MIT
/* fuzz_kmodindex.c - PROPERTY: a reader of the format finds every key with its values. */
#include "tests/fuzz/fuzz.h"
#include "tools/lib/module/kmodindex.h"

#define KEYS_MAX 64

static uint32_t get32(const struct buffer *table, size_t at)
{
	const uint8_t *bytes = (const uint8_t *)table->data + at;

	CHECK(at + 4 <= table->len);
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* How often `value` stands at `key`, walking down from the root. */
static int count(const struct buffer *table, const char *key, const char *value)
{
	uint32_t node = get32(table, 8);

	for (;;) {
		size_t at = node & 0x0fffffff;
		int found = 0;

		CHECK(at <= table->len);
		if (node & 0x80000000) {
			size_t len = strlen(table->data + at);

			if (strncmp(table->data + at, key, len))
				return 0;
			key += len;
			at += len + 1;
		}
		if (node & 0x20000000) {
			uint8_t first = (uint8_t)table->data[at],
				last = (uint8_t)table->data[at + 1];
			uint8_t letter = (uint8_t)*key;

			CHECK(first <= last);
			if (letter && (letter < first || letter > last))
				return 0;
			if (letter) {
				node = get32(table, at + 2 + 4 * (size_t)(letter - first));
				key++;
				if (!node)
					return 0;
				continue;
			}
			at += 2 + 4 * (size_t)(last - first + 1);
		}
		if (*key || !(node & 0x40000000))
			return 0;
		for (uint32_t left = get32(table, at), i = (at += 4, 0); i < left; i++) {
			get32(table, at);
			found += !strcmp(table->data + at + 4, value);
			at += 4 + strlen(table->data + at + 4) + 1;
		}
		return found;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), *rest = text, *key;
	struct kmodindex_entry entries[KEYS_MAX];
	struct buffer table = { NULL, 0, 0 };
	size_t used = 0;

	while (used < KEYS_MAX && (key = strsep(&rest, "\n"))) {
		char *value = strchr(key, ' ');

		if (value)
			*value++ = '\0';
		entries[used] = (struct kmodindex_entry){ key, value ? value : "", used };
		used++;
	}
	kmodindex_write(entries, used, &table);
	CHECK(get32(&table, 0) == 0xb007f457 && get32(&table, 4) == 0x20001);
	for (size_t i = 0; i < used; i++) {
		int same = 0, ascii = 1;

		for (const char *at = entries[i].key; *at; at++)
			ascii &= (uint8_t)*at < 128;
		for (size_t k = 0; k < used; k++)
			same += !strcmp(entries[i].key, entries[k].key) &&
				!strcmp(entries[i].value, entries[k].value);
		if (ascii)
			CHECK(count(&table, entries[i].key, entries[i].value) == same);
	}
	buffer_free(&table);
	free(text);
	return 0;
}
