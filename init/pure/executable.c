// SPDX-License-Identifier: MIT
/* executable.c - what the kernel needs to run a file: its interpreter, read from its
 * first bytes. */
#include "init/pure/executable.h"

#include <elf.h>
#include <errno.h>

static int script_interpreter(struct span head, char interpreter[INTERPRETER_MAX])
{
	size_t at = 2, len = 0;

	while (at < head.len && (head.data[at] == ' ' || head.data[at] == '\t'))
		at++;
	while (at + len < head.len && !memchr(" \t\n", head.data[at + len], 4))
		len++;
	if (len == 0)
		return -ENOEXEC;
	if (len >= INTERPRETER_MAX)
		return -E2BIG;
	memcpy(interpreter, head.data + at, len);
	interpreter[len] = '\0';
	return 0;
}

static int elf_is_ours(const uint8_t *elf)
{
	return elf[EI_CLASS] == ELFCLASS64 && elf[EI_DATA] == ELFDATA2LSB &&
	       le16(elf + offsetof(Elf64_Ehdr, e_machine)) == EM_X86_64 &&
	       (le16(elf + offsetof(Elf64_Ehdr, e_type)) == ET_EXEC ||
		le16(elf + offsetof(Elf64_Ehdr, e_type)) == ET_DYN);
}

/* The interpreter named by one PT_INTERP program header. */
static int copy_interpreter(struct span head, const uint8_t *header, char *interpreter)
{
	uint64_t offset = le64(header + offsetof(Elf64_Phdr, p_offset));
	uint64_t size = le64(header + offsetof(Elf64_Phdr, p_filesz));
	struct span name = span_cut(head, offset, size);

	if (size < 2 || size > INTERPRETER_MAX)
		return -ENOEXEC;
	if (!name.data)
		return -E2BIG;
	if (name.data[size - 1] != '\0')
		return -ENOEXEC;
	memcpy(interpreter, name.data, size);
	return 0;
}

static int elf_interpreter(struct span head, char interpreter[INTERPRETER_MAX])
{
	struct span elf = span_cut(head, 0, sizeof(Elf64_Ehdr));
	uint64_t table;
	unsigned int size, count;

	if (!elf.data || !elf_is_ours(elf.data))
		return -ENOEXEC;
	table = le64(elf.data + offsetof(Elf64_Ehdr, e_phoff));
	size = le16(elf.data + offsetof(Elf64_Ehdr, e_phentsize));
	count = le16(elf.data + offsetof(Elf64_Ehdr, e_phnum));
	if (size != sizeof(Elf64_Phdr) || count == 0)
		return -ENOEXEC;
	for (unsigned int i = 0; i < count; i++) {
		struct span header = span_cut(head, table, (size_t)(i + 1) * size);

		if (!header.data)
			return -E2BIG;
		if (le32(header.data + (size_t)i * size) == PT_INTERP)
			return copy_interpreter(head, header.data + (size_t)i * size, interpreter);
	}
	interpreter[0] = '\0';
	return 0;
}

int executable_interpreter(struct span head, char interpreter[INTERPRETER_MAX])
{
	if (head.len >= 2 && memcmp(head.data, "#!", 2) == 0)
		return script_interpreter(head, interpreter);
	if (head.len >= SELFMAG && memcmp(head.data, ELFMAG, SELFMAG) == 0)
		return elf_interpreter(head, interpreter);
	return -ENOEXEC;
}
