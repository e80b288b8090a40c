/* SPDX-License-Identifier: MIT */
/* modstrip_parts.h - a kernel module while it is stripped; between modstrip*.c. */
#ifndef TOOLS_LIB_MODSTRIP_PARTS_H
#define TOOLS_LIB_MODSTRIP_PARTS_H

#include <elf.h>

#include "tools/lib/module/modstrip.h"

struct section {
	struct span header; /* as it is in the file */
	const char *name;
	uint32_t type, link, info;
	uint64_t flags, offset, align;
	struct span bytes; /* empty for SHT_NULL and SHT_NOBITS */
	int goes;
};

struct strip {
	struct section *sections;
	size_t count;
	struct section *symtab;
	uint32_t *numbers; /* the new number of each symbol; 0: removed */
	size_t symbol_count;
	struct buffer symbols, names; /* the new .symtab and .strtab */
	uint32_t locals; /* symbols before the first global one */
};

/* modstrip_symbols.c: fills numbers, symbols, names and locals. 0, or -1 if something is not as
 * it should be. */
int strip_symbols(struct strip *strip, enum modstrip_depth depth);

static inline void store32(void *at, uint32_t value)
{
	uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
			     (uint8_t)(value >> 24) };

	memcpy(at, bytes, sizeof(bytes));
}

static inline void store64(void *at, uint64_t value)
{
	store32(at, (uint32_t)value);
	store32((uint8_t *)at + 4, (uint32_t)(value >> 32));
}

#endif
