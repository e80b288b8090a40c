// SPDX-License-Identifier: MIT
/* modstrip_symbols.c - the symbols of a kernel module that stay, and their new numbers. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/module/modstrip_parts.h"

#define SYMBOL sizeof(Elf64_Sym)
#define RELOCATION sizeof(Elf64_Rela)

static const uint8_t *symbol_at(const struct strip *strip, size_t index)
{
	return strip->symtab->bytes.data + index * SYMBOL;
}

static unsigned int binding_of(const uint8_t *symbol)
{
	return ELF64_ST_BIND(symbol[offsetof(Elf64_Sym, st_info)]);
}

/* Those that relocations name: number 1 for now. */
static int mark_needed(struct strip *strip, const struct section *section)
{
	if (section->bytes.len % RELOCATION)
		return -1;
	for (size_t at = 0; at < section->bytes.len; at += RELOCATION) {
		uint64_t info = le64(section->bytes.data + at + offsetof(Elf64_Rela, r_info));

		if (ELF64_R_SYM(info) >= strip->symbol_count)
			return -1;
		strip->numbers[ELF64_R_SYM(info)] = 1;
	}
	return 0;
}

/* NULL if it does not end. */
static const char *name_of(const struct strip *strip, const uint8_t *symbol)
{
	const struct span *names = &strip->sections[strip->symtab->link].bytes;
	uint32_t at = le32(symbol + offsetof(Elf64_Sym, st_name));

	if (at >= names->len || !memchr(names->data + at, 0, names->len - at))
		return NULL;
	return (const char *)names->data + at;
}

/* Whether a local symbol that no relocation needs is of use for traces: a name in what
 * is loaded. */
static int is_telling(const struct strip *strip, const uint8_t *symbol, const char *name)
{
	uint16_t section = le16(symbol + offsetof(Elf64_Sym, st_shndx));

	if (section >= strip->count)
		return section == SHN_ABS &&
		       ELF64_ST_TYPE(symbol[offsetof(Elf64_Sym, st_info)]) != STT_FILE;
	return *name && !strip->sections[section].goes;
}

/* A symbol goes on the new table, its name on that of names. */
static void take(struct strip *strip, size_t index, const char *name)
{
	uint8_t symbol[SYMBOL];

	memcpy(symbol, symbol_at(strip, index), SYMBOL);
	store32(symbol + offsetof(Elf64_Sym, st_name), *name ? (uint32_t)strip->names.len : 0);
	if (*name)
		buffer_add(&strip->names, name, strlen(name) + 1);
	strip->numbers[index] = (uint32_t)(strip->symbols.len / SYMBOL);
	buffer_add(&strip->symbols, symbol, SYMBOL);
}

/* Local ones first, as they are: sh_info of .symtab says where these end. */
static int take_symbols(struct strip *strip, enum modstrip_depth depth)
{
	buffer_add(&strip->names, "", 1);
	buffer_add(&strip->symbols, symbol_at(strip, 0), SYMBOL);
	for (size_t i = 1; i < strip->symbol_count; i++) {
		const uint8_t *symbol = symbol_at(strip, i);
		const char *name = name_of(strip, symbol);
		int is_local = binding_of(symbol) == STB_LOCAL;

		if (is_local != (i < strip->symtab->info) || !name)
			return -1;
		if (is_local && !strip->numbers[i] &&
		    (depth == MODSTRIP_ALL || !is_telling(strip, symbol, name)))
			continue;
		take(strip, i, name);
		strip->locals += is_local;
	}
	strip->locals++;
	return 0;
}

int strip_symbols(struct strip *strip, enum modstrip_depth depth)
{
	strip->symbol_count = strip->symtab->bytes.len / SYMBOL;
	if (!strip->symbol_count || strip->symtab->bytes.len % SYMBOL)
		return -1;
	strip->numbers = xcalloc(strip->symbol_count, sizeof(*strip->numbers));
	for (size_t i = 0; i < strip->count; i++) {
		const struct section *section = &strip->sections[i];

		if (section->type == SHT_RELA && !section->goes && mark_needed(strip, section) < 0)
			return -1;
	}
	return take_symbols(strip, depth);
}
