// SPDX-License-Identifier: MIT
/* elf_deps.c - what an ELF file needs at run time, by libelf, from program headers only. */
#include "tools/lib/program/elf_deps.h"

#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>

#include "init/pure/count.h"
#include "tools/lib/base/mem.h"

static const struct {
	uint16_t number;
	const char *name;
} machines[] = {
	{ EM_386, "i386" },	   { EM_X86_64, "x86-64" }, { EM_AARCH64, "aarch64" },
	{ EM_ARM, "arm" },	   { EM_RISCV, "riscv" },   { EM_PPC64, "ppc64" },
	{ EM_PPC, "powerpc" },	   { EM_S390, "s390x" },    { EM_MIPS, "mips" },
	{ EM_SPARCV9, "sparc64" }, { EM_IA_64, "ia64" },    { EM_LOONGARCH, "loongarch" },
	{ EM_68K, "m68k" },	   { EM_SPARC, "sparc" },
};

static const char *machine_name(uint16_t number)
{
	for (size_t i = 0; i < COUNT(machines); i++)
		if (machines[i].number == number)
			return machines[i].name;
	return "an unknown machine";
}

/* The NUL-terminated text at `offset`, or NULL if it does not end inside the file. */
static const char *text_at(struct span file, uint64_t offset)
{
	if (offset >= file.len || !memchr(file.data + offset, 0, file.len - offset))
		return NULL;
	return (const char *)file.data + offset;
}

/* The file offset of a virtual address, by the PT_LOAD that holds it; UINT64_MAX for none. */
static uint64_t offset_of(Elf *elf, size_t headers, uint64_t address)
{
	GElf_Phdr load;

	for (size_t i = 0; i < headers; i++) {
		if (!gelf_getphdr(elf, (int)i, &load) || load.p_type != PT_LOAD)
			continue;
		if (address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz)
			return load.p_offset + (address - load.p_vaddr);
	}
	return UINT64_MAX;
}

/* Where the texts of the dynamic section begin in the file, UINT64_MAX without DT_STRTAB. */
static uint64_t string_table(Elf *elf, size_t headers, struct span dynamic)
{
	for (size_t at = 0; at + 16 <= dynamic.len; at += 16) {
		uint64_t tag = le64(dynamic.data + at);

		if (tag == DT_NULL)
			break;
		if (tag == DT_STRTAB)
			return offset_of(elf, headers, le64(dynamic.data + at + 8));
	}
	return UINT64_MAX;
}

/* One entry of the dynamic section. Returns 0, or -1 if its text lies outside the file. */
static int dynamic_entry(struct elf_deps *deps, struct span file, uint64_t strings, uint64_t tag,
			 uint64_t value)
{
	const char *text;

	if (tag != DT_NEEDED && tag != DT_SONAME && tag != DT_RPATH && tag != DT_RUNPATH)
		return 0;
	if (strings >= file.len || value > file.len)
		return -1;
	text = text_at(file, strings + value);
	if (!text)
		return -1;
	if (tag == DT_NEEDED) {
		deps->needed = xreallocarray(deps->needed, deps->needed_count + 1, sizeof(text));
		deps->needed[deps->needed_count++] = text;
	} else if (tag == DT_SONAME) {
		deps->soname = text;
	} else if (tag == DT_RPATH) {
		deps->rpath = text;
	} else {
		deps->runpath = text;
	}
	return 0;
}

/* By the names alone: for both calls glibc opens libgcc_s when the first thread ends so. */
static int names_end_of_threads(struct span file, uint64_t strings, uint64_t size)
{
	static const char exit_name[] = "\0pthread_exit", cancel_name[] = "\0pthread_cancel";
	struct span names = span_cut(file, strings, size);

	return names.data && (memmem(names.data, names.len, exit_name, sizeof(exit_name)) ||
			      memmem(names.data, names.len, cancel_name, sizeof(cancel_name)));
}

static int dynamic_read(Elf *elf, size_t headers, const GElf_Phdr *header, struct span file,
			struct elf_deps *deps)
{
	struct span dynamic = span_cut(file, header->p_offset, header->p_filesz);
	uint64_t strings, size = 0;

	if (!dynamic.data)
		return -1;
	strings = string_table(elf, headers, dynamic);
	for (size_t at = 0; at + 16 <= dynamic.len; at += 16) {
		uint64_t tag = le64(dynamic.data + at);

		if (tag == DT_NULL)
			break;
		if (tag == DT_STRSZ)
			size = le64(dynamic.data + at + 8);
		if (dynamic_entry(deps, file, strings, tag, le64(dynamic.data + at + 8)))
			return -1;
	}
	if (deps->runpath)
		deps->rpath = NULL;
	deps->ends_threads = names_end_of_threads(file, strings, size);
	return 0;
}

#define NOTE_DLOPEN 0x407c0c0a /* of owner "FDO"; https://systemd.io/ELF_DLOPEN_METADATA */

static size_t padded(size_t len, size_t align)
{
	return (len + align - 1) / align * align;
}

/* All notes of one segment. Returns 0, or -1 if one does not end within it. */
static int notes_read(const GElf_Phdr *header, struct span file, struct elf_deps *deps)
{
	struct span notes = span_cut(file, header->p_offset, header->p_filesz);
	size_t align = header->p_align == 8 ? 8 : 4, next;

	for (size_t at = 0; notes.data && notes.len - at >= 12; at = next) {
		uint32_t name_len = le32(notes.data + at), len = le32(notes.data + at + 4);
		struct span name = span_cut(notes, at + 12, name_len);
		struct span text = span_cut(notes, padded(at + 12 + name_len, align), len);

		if (!name.data || !text.data)
			return -1;
		next = padded(at + 12 + name_len, align) + padded(len, align);
		next = next < notes.len ? next : notes.len;
		if (le32(notes.data + at + 8) != NOTE_DLOPEN || name_len != 4 ||
		    memcmp(name.data, "FDO", 4))
			continue;
		deps->dlopen = xreallocarray(deps->dlopen, deps->dlopen_count + 1, sizeof(text));
		deps->dlopen[deps->dlopen_count++] = text;
	}
	return notes.data ? 0 : -1;
}

static enum elf_kind headers_read(Elf *elf, struct span file, struct elf_deps *deps)
{
	GElf_Phdr header;
	size_t headers;

	if (elf_getphdrnum(elf, &headers))
		return ELF_KIND_BROKEN;
	for (size_t i = 0; i < headers; i++) {
		if (!gelf_getphdr(elf, (int)i, &header))
			return ELF_KIND_BROKEN;
		if (header.p_type == PT_LOAD &&
		    !span_cut(file, header.p_offset, header.p_filesz).data)
			return ELF_KIND_BROKEN;
		if (header.p_type == PT_INTERP) {
			deps->interp = text_at(file, header.p_offset);
			if (!deps->interp)
				return ELF_KIND_BROKEN;
		}
		if (header.p_type == PT_DYNAMIC && dynamic_read(elf, headers, &header, file, deps))
			return ELF_KIND_BROKEN;
		/* Damaged notes do not keep a program from starting. */
		if (header.p_type == PT_NOTE && notes_read(&header, file, deps))
			deps->notes_are_damaged = 1;
	}
	return ELF_KIND_GOOD;
}

static enum elf_kind elf_read(Elf *elf, struct span file, struct elf_deps *deps)
{
	GElf_Ehdr header;

	if (!gelf_getehdr(elf, &header))
		return ELF_KIND_BROKEN;
	deps->machine = machine_name(header.e_machine);
	if (header.e_machine != EM_X86_64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
		return ELF_KIND_FOREIGN;
	if (header.e_ident[EI_CLASS] != ELFCLASS64) {
		deps->machine = "x32";
		return ELF_KIND_FOREIGN;
	}
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return ELF_KIND_OBJECT;
	return headers_read(elf, file, deps);
}

enum elf_kind elf_deps_read(struct span file, struct elf_deps *deps)
{
	enum elf_kind kind;
	Elf *elf;

	memset(deps, 0, sizeof(*deps));
	deps->machine = "an unknown machine";
	if (file.len < SELFMAG || memcmp(file.data, ELFMAG, SELFMAG))
		return ELF_KIND_NONE;
	elf_version(EV_CURRENT);
	/* The cast drops const only for the prototype: libelf writes to no ELF_C_READ image. */
	elf = elf_memory((char *)(uintptr_t)file.data, file.len);
	if (!elf)
		return ELF_KIND_BROKEN;
	kind = elf_kind(elf) == ELF_K_ELF ? elf_read(elf, file, deps) : ELF_KIND_BROKEN;
	elf_end(elf);
	return kind;
}

void elf_deps_free(struct elf_deps *deps)
{
	free(deps->needed);
	deps->needed = NULL;
	deps->needed_count = 0;
	free(deps->dlopen);
	deps->dlopen = NULL;
	deps->dlopen_count = 0;
}
