// SPDX-License-Identifier: MIT
/* vmlinux.c - what a kernel as an ELF file is, and how it can be booted. */
#include "tools/lib/kernel/vmlinux.h"

#include <elf.h>
#include <stdbool.h>

#define HEADERS_MAX 64 /* a kernel has five or so */
#define XEN_PHYS32_ENTRY 18
#define HIGH ((uint64_t)1 << 63)

/* Offsets in Elf64_Ehdr and Elf64_Phdr: elf(5). */
#define E_MACHINE 18
#define E_PHOFF 32
#define E_PHENTSIZE 54
#define E_PHNUM 56
#define P_OFFSET 8
#define P_VADDR 16
#define P_FILESZ 32

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

/* Notes are a name, a description and a type, each padded to four bytes. */
static bool has_entry_note(struct span notes)
{
	size_t at = 0;

	for (;;) {
		struct span head = span_cut(notes, at, 12), name;
		size_t name_len, len;

		if (!head.data)
			return false;
		name_len = le32(head.data);
		len = le32(head.data + 4);
		name = span_cut(notes, at + 12, name_len);
		if (!name.data || len > notes.len)
			return false;
		if (le32(head.data + 8) == XEN_PHYS32_ENTRY && name_len == 4 &&
		    !memcmp(name.data, "Xen", 4) && (len == 4 || len == 8))
			return span_cut(notes, at + 12 + padded(name_len), len).data != NULL;
		at += 12 + padded(name_len) + padded(len);
	}
}

static void read_header(struct span file, const uint8_t *header, struct vmlinux *vmlinux)
{
	struct span body = span_cut(file, le64(header + P_OFFSET), le64(header + P_FILESZ));

	switch (le32(header)) {
	case PT_LOAD:
		vmlinux->runs_high |= (le64(header + P_VADDR) & HIGH) != 0;
		break;
	case PT_INTERP:
		vmlinux->is_dynamic = 1;
		break;
	case PT_NOTE:
		vmlinux->has_pvh |= body.data && has_entry_note(body);
		break;
	}
}

int vmlinux_parse(struct span file, struct vmlinux *vmlinux)
{
	struct span head = span_cut(file, 0, sizeof(Elf64_Ehdr));
	size_t count, size;

	memset(vmlinux, 0, sizeof(*vmlinux));
	if (!head.data || memcmp(head.data, ELFMAG, SELFMAG) || head.data[EI_CLASS] != ELFCLASS64 ||
	    head.data[EI_DATA] != ELFDATA2LSB || le16(head.data + E_MACHINE) != EM_X86_64)
		return -1;
	count = le16(head.data + E_PHNUM);
	size = le16(head.data + E_PHENTSIZE);
	if (count > HEADERS_MAX || size != sizeof(Elf64_Phdr))
		return -1;
	for (size_t i = 0; i < count; i++) {
		uint64_t table = le64(head.data + E_PHOFF);
		struct span header;

		if (table > file.len)
			return -1;
		header = span_cut(file, (size_t)table + i * size, size);
		if (!header.data)
			return -1;
		read_header(file, header.data, vmlinux);
	}
	return 0;
}
