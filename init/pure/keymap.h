/* SPDX-License-Identifier: MIT */
/* keymap.h - the console's keymap in the binary form that loadkeys(1) -b writes. */
#ifndef RDINIT_PURE_KEYMAP_H
#define RDINIT_PURE_KEYMAP_H

#include "init/pure/span.h"

#define KEYMAP_TABLES 256 /* of the kernel: one for each set of shift keys (MAX_NR_KEYMAPS) */
#define KEYMAP_KEYS 128 /* in each (NR_KEYS of the form, not of the kernel) */
#define KEYMAP_MAX (7 + KEYMAP_TABLES + KEYMAP_TABLES * KEYMAP_KEYS * 2) /* bytes */

struct keymap {
	struct span tables; /* the tables in it, one after the other */
	uint8_t numbers[KEYMAP_TABLES]; /* which they are */
	unsigned int count;
};

struct keymap_key {
	uint8_t table, key;
	uint16_t value; /* as for KDSKBENT */
};

/* Returns 0, or -EINVAL: other first bytes than "bkeymap", a flag that is neither 0 nor 1, or
 * another length than the flags say. Source: kbd's libkeymap, busybox's loadkmap. */
int keymap_parse(struct span file, struct keymap *keymap);

/* Key `index` of all, counted from 0. Returns 1, or 0 after the last one. */
int keymap_get(const struct keymap *keymap, unsigned int index, struct keymap_key *key);

#endif
