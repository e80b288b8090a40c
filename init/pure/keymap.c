// SPDX-License-Identifier: MIT
/* keymap.c - the console's keymap in the binary form that loadkeys(1) -b writes. */
#include "init/pure/keymap.h"

#include <errno.h>

#define MAGIC "bkeymap"
#define MAGIC_LEN 7

int keymap_parse(struct span file, struct keymap *keymap)
{
	struct span magic = span_cut(file, 0, MAGIC_LEN);
	struct span flags = span_cut(file, MAGIC_LEN, KEYMAP_TABLES);

	if (!magic.data || !flags.data || memcmp(magic.data, MAGIC, MAGIC_LEN))
		return -EINVAL;
	keymap->count = 0;
	for (unsigned int i = 0; i < KEYMAP_TABLES; i++) {
		if (flags.data[i] > 1)
			return -EINVAL;
		if (flags.data[i])
			keymap->numbers[keymap->count++] = (uint8_t)i;
	}
	if (file.len != MAGIC_LEN + KEYMAP_TABLES + keymap->count * KEYMAP_KEYS * 2)
		return -EINVAL;
	keymap->tables = span_cut(file, MAGIC_LEN + KEYMAP_TABLES, keymap->count * KEYMAP_KEYS * 2);
	return 0;
}

int keymap_get(const struct keymap *keymap, unsigned int index, struct keymap_key *key)
{
	struct span value = span_cut(keymap->tables, (size_t)index * 2, 2);

	if (!value.data)
		return 0;
	key->table = keymap->numbers[index / KEYMAP_KEYS];
	key->key = (uint8_t)(index % KEYMAP_KEYS);
	key->value = le16(value.data);
	return 1;
}
