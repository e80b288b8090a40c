// SPDX-License-Identifier: MIT
/* modstrip.c - a kernel module without what it can do without. */
#include "tools/lib/module/modstrip.h"

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"

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
static bool is_informative(const struct strip *strip, const uint8_t *symbol, const char *name)
{
	uint16_t section = le16(symbol + offsetof(Elf64_Sym, st_shndx));

	if (section >= strip->count)
		return section == SHN_ABS &&
		       ELF64_ST_TYPE(symbol[offsetof(Elf64_Sym, st_info)]) != STT_FILE;
	return *name && !strip->sections[section].goes;
}

/* A symbol goes on the new table, its name on that of names. */
static void keep_symbol(struct strip *strip, size_t index, const char *name)
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
static int keep_symbols(struct strip *strip, enum modstrip_depth depth)
{
	buffer_add(&strip->names, "", 1);
	buffer_add(&strip->symbols, symbol_at(strip, 0), SYMBOL);
	for (size_t i = 1; i < strip->symbol_count; i++) {
		const uint8_t *symbol = symbol_at(strip, i);
		const char *name = name_of(strip, symbol);
		bool is_local = binding_of(symbol) == STB_LOCAL;

		if (is_local != (i < strip->symtab->info) || !name)
			return -1;
		if (is_local && !strip->numbers[i] &&
		    (depth == MODSTRIP_ALL || !is_informative(strip, symbol, name)))
			continue;
		keep_symbol(strip, i, name);
		strip->locals += is_local;
	}
	strip->locals++;
	return 0;
}

/* modstrip_symbols.c: fills numbers, symbols, names and locals. 0, or -1 if something is not as
 * it should be. */
static int strip_symbols(struct strip *strip, enum modstrip_depth depth)
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
	return keep_symbols(strip, depth);
}

#define HEADER sizeof(Elf64_Ehdr)
#define SECTION sizeof(Elf64_Shdr)
#define ALIGN_MAX 4096 /* bytes */
#define LIVEPATCH 0x00100000 /* SHF_RELA_LIVEPATCH of linux/elf.h, which conflicts with elf.h */

/* Sections that the kernel does not load and looks for at no time. */
static const struct {
	const char *beginning;
	enum modstrip_depth depth;
} superfluous[] = {
	{ ".debug", MODSTRIP_DEBUG },	       { ".comment", MODSTRIP_DEBUG },
	{ ".note.GNU-stack", MODSTRIP_DEBUG }, { ".llvm_addrsig", MODSTRIP_DEBUG },
	{ ".gnu_debuglink", MODSTRIP_DEBUG },  { ".BTF", MODSTRIP_ALL },
};

static bool has_no_use(const struct section *section, enum modstrip_depth depth)
{
	if (section->flags & SHF_ALLOC || section->type == SHT_NULL ||
	    section->type == SHT_SYMTAB || section->type == SHT_STRTAB)
		return false;
	for (size_t i = 0; i < COUNT(superfluous); i++)
		if (superfluous[i].depth <= depth &&
		    !strncmp(section->name, superfluous[i].beginning,
			     strlen(superfluous[i].beginning)))
			return true;
	return false;
}

static bool is_x86_64_object(struct span file)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB };

	return file.len >= HEADER && !memcmp(file.data, ident, sizeof(ident)) &&
	       le16(file.data + offsetof(Elf64_Ehdr, e_type)) == ET_REL &&
	       le16(file.data + offsetof(Elf64_Ehdr, e_machine)) == EM_X86_64 &&
	       le16(file.data + offsetof(Elf64_Ehdr, e_shentsize)) == SECTION;
}

/* Of what is not in the modules of today's kernels, some would have to be renumbered as well. */
static bool is_known(const struct section *section)
{
	if (section->align > ALIGN_MAX || section->align & (section->align - 1) ||
	    section->flags & LIVEPATCH)
		return false;
	return section->type != SHT_GROUP && section->type != SHT_SYMTAB_SHNDX &&
	       section->type != SHT_REL;
}

/* Relocations are of sections and by symbols that are there; names of symbols and of sections lie
 * apart. */
static bool is_linked(const struct strip *strip, uint16_t names)
{
	const struct section *symtab = strip->symtab;

	if (!symtab || symtab->link >= strip->count || symtab->link == names ||
	    strip->sections[symtab->link].type != SHT_STRTAB)
		return false;
	for (size_t i = 0; i < strip->count; i++)
		if (strip->sections[i].type == SHT_RELA &&
		    (strip->sections[i].info >= strip->count ||
		     strip->sections[i].link != symtab - strip->sections))
			return false;
	return true;
}

static int read_section(struct strip *strip, struct span file, struct span header,
			struct section *section)
{
	section->header = header;
	section->type = le32(header.data + offsetof(Elf64_Shdr, sh_type));
	section->flags = le64(header.data + offsetof(Elf64_Shdr, sh_flags));
	section->offset = le64(header.data + offsetof(Elf64_Shdr, sh_offset));
	section->link = le32(header.data + offsetof(Elf64_Shdr, sh_link));
	section->info = le32(header.data + offsetof(Elf64_Shdr, sh_info));
	section->align = le64(header.data + offsetof(Elf64_Shdr, sh_addralign));
	if (section->type != SHT_NULL && section->type != SHT_NOBITS) {
		section->bytes = span_cut(file, section->offset,
					  le64(header.data + offsetof(Elf64_Shdr, sh_size)));
		if (!section->bytes.data)
			return -1;
	}
	if (section->type == SHT_SYMTAB && strip->symtab)
		return -1;
	if (section->type == SHT_SYMTAB)
		strip->symtab = section;
	return is_known(section) ? 0 : -1;
}

static int read_names(struct strip *strip, size_t names)
{
	struct span texts =
		names < strip->count ? strip->sections[names].bytes : (struct span){ NULL, 0 };

	for (size_t i = 0; i < strip->count; i++) {
		uint32_t at = le32(strip->sections[i].header.data + offsetof(Elf64_Shdr, sh_name));

		if (at >= texts.len || !memchr(texts.data + at, 0, texts.len - at))
			return -1;
		strip->sections[i].name = (const char *)texts.data + at;
	}
	return 0;
}

static int read_sections(struct strip *strip, struct span file)
{
	size_t offset, total = 0;
	struct span table;
	uint16_t names;

	if (!is_x86_64_object(file))
		return -1;
	strip->count = le16(file.data + offsetof(Elf64_Ehdr, e_shnum));
	offset = le64(file.data + offsetof(Elf64_Ehdr, e_shoff));
	table = span_cut(file, offset, strip->count * SECTION);
	if (!strip->count || !table.data)
		return -1;
	strip->sections = xcalloc(strip->count, sizeof(*strip->sections));
	for (size_t i = 0; i < strip->count; i++) {
		struct span header = span_cut(table, i * SECTION, SECTION);

		if (!header.data || read_section(strip, file, header, &strip->sections[i]) < 0)
			return -1;
		total += strip->sections[i].bytes.len;
	}
	names = le16(file.data + offsetof(Elf64_Ehdr, e_shstrndx));
	if (total > file.len || !is_linked(strip, names)) /* sections that overlap would multiply */
		return -1;
	return read_names(strip, names);
}

static void choose(struct strip *strip, enum modstrip_depth depth)
{
	for (size_t i = 0; i < strip->count; i++) {
		struct section *section = &strip->sections[i];

		section->goes = has_no_use(section, depth);
		if (section->type == SHT_RELA && !(section->flags & SHF_ALLOC))
			section->goes = has_no_use(&strip->sections[section->info], depth);
	}
}

/* The relocations with the new numbers of their symbols. */
static void renumber(const struct strip *strip, uint8_t *bytes, size_t len)
{
	for (size_t at = offsetof(Elf64_Rela, r_info); at < len; at += sizeof(Elf64_Rela)) {
		uint64_t info = le64(bytes + at);

		store64(bytes + at, ELF64_R_INFO((uint64_t)strip->numbers[ELF64_R_SYM(info)],
						 ELF64_R_TYPE(info)));
	}
}

static void pad(struct buffer *out, size_t from, uint64_t align)
{
	while (align > 1 && (out->len - from) & (align - 1))
		buffer_add(out, "", 1);
}

static int by_offset(const void *one, const void *other)
{
	const struct section *a = *(const struct section *const *)one,
			     *b = *(const struct section *const *)other;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a < b ? -1 : 1;
}

/* Writes a section's new bytes, and their offset and size to its header. */
static void write_section(const struct strip *strip, struct section *section, size_t from,
			  struct buffer *out)
{
	struct span bytes = section->bytes;

	if (section == strip->symtab)
		bytes = buffer_span(&strip->symbols);
	else if (section == &strip->sections[strip->symtab->link])
		bytes = buffer_span(&strip->names);
	if (section->goes)
		bytes.len = 0;
	if (bytes.len)
		pad(out, from, section->align);
	section->offset = out->len - from;
	section->bytes.len = bytes.len;
	buffer_add(out, bytes.data, bytes.len);
	if (section->type == SHT_RELA && bytes.len)
		renumber(strip, (uint8_t *)out->data + out->len - bytes.len, bytes.len);
}

static void write_header(const struct strip *strip, const struct section *section,
			 struct buffer *out)
{
	uint8_t header[SECTION] = { 0 };

	if (!section->goes)
		memcpy(header, section->header.data, SECTION);
	if (!section->goes && section->type != SHT_NULL) {
		store64(header + offsetof(Elf64_Shdr, sh_offset), section->offset);
		if (section->type != SHT_NOBITS)
			store64(header + offsetof(Elf64_Shdr, sh_size), section->bytes.len);
	}
	if (section == strip->symtab)
		store32(header + offsetof(Elf64_Shdr, sh_info), strip->locals);
	buffer_add(out, header, SECTION);
}

static void write_all(const struct strip *strip, struct span file, struct buffer *out)
{
	struct section **order = xreallocarray(NULL, strip->count, sizeof(*order));
	size_t from = out->len;

	buffer_add(out, file.data, HEADER);
	for (size_t i = 0; i < strip->count; i++)
		order[i] = &strip->sections[i];
	qsort(order, strip->count, sizeof(*order), by_offset);
	for (size_t i = 0; i < strip->count; i++)
		write_section(strip, order[i], from, out);
	pad(out, from, sizeof(uint64_t));
	store64(out->data + from + offsetof(Elf64_Ehdr, e_shoff), out->len - from);
	for (size_t i = 0; i < strip->count; i++)
		write_header(strip, &strip->sections[i], out);
	free(order);
}

int modstrip(struct span module, enum modstrip_depth depth, struct buffer *out)
{
	struct strip strip = { 0 };
	size_t before = out->len;
	int result = 0;

	if (read_sections(&strip, module) == 0) {
		choose(&strip, depth);
		if (strip_symbols(&strip, depth) == 0) {
			write_all(&strip, module, out);
			result = out->len - before < module.len;
		}
	}
	if (!result)
		out->len = before;
	free(strip.sections);
	free(strip.numbers);
	buffer_free(&strip.symbols);
	buffer_free(&strip.names);
	return result;
}
