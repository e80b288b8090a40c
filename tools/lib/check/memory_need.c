// SPDX-License-Identifier: MIT
/* memory_need.c - whether a kernel, an image and its files fit into a machine's memory. */
#include "tools/lib/check/memory_need.h"

#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "init/pure/cmdline.h"
#include "tools/lib/base/mem.h"

#define PAGE ((uint64_t)4096)
#define PER_PAGE 64 /* bytes that the kernel keeps about each page of memory: struct page */
#define LOADED_AT \
	(16 * MEMORY_MIB) /* where a kernel for x86-64 is loaded to (CONFIG_PHYSICAL_START) */

/* Where a section of this name begins and ends; 0, or -1: there is none. */
static int find_section(Elf *elf, const char *wanted, uint64_t *start, uint64_t *end)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return -1;
	while ((section = elf_nextscn(elf, section))) {
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (!name || strcmp(name, wanted))
			continue;
		*start = header.sh_addr;
		*end = header.sh_addr + header.sh_size;
		return 0;
	}
	return -1;
}

size_t memory_kernel_bytes(struct span file)
{
	uint64_t start, bss, end, text_end;
	size_t bytes = 0;
	Elf *elf;

	if (!file.data)
		return 0;
	elf_version(EV_CURRENT);
	/* libelf writes to no ELF_C_READ image: the cast is for its prototype. */
	elf = elf_memory((char *)(uintptr_t)file.data, file.len);
	if (elf && elf_kind(elf) == ELF_K_ELF && !find_section(elf, ".text", &start, &text_end) &&
	    !find_section(elf, ".bss", &bss, &end) && end > start &&
	    end - start < (uint64_t)1 << 32)
		bytes = end - start;
	elf_end(elf);
	return bytes;
}

uint64_t memory_tree_bytes(const struct archive *archive)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < archive->count; i++) {
		const struct archive_entry *entry = &archive->entries[i];

		if (!S_ISREG(entry->newc.fields.mode) || entry->data_of != i ||
		    archive_find(archive, entry->path) != entry)
			continue;
		bytes += (entry->newc.data.len + PAGE - 1) / PAGE * PAGE;
	}
	return bytes;
}

bool memory_is_tmpfs(const char *append)
{
	char *line = xstrdup(append), *rest = line;
	bool has_root = false, has_type = false, is_tmpfs = false;
	struct word word;

	while (cmdline_next(&rest, &word) && !cmdline_is_end(&word)) {
		if (!strcmp(word.name, "root") && word.value && *word.value)
			has_root = true;
		if (!strcmp(word.name, "rootfstype") && word.value) {
			has_type = true;
			is_tmpfs = strstr(word.value, "tmpfs") != NULL;
		}
	}
	free(line);
	return has_type ? is_tmpfs : !has_root;
}

uint64_t memory_loaded_end(const struct memory_need *need)
{
	return LOADED_AT + need->kernel + need->packed;
}

uint64_t memory_kernel_share(const struct memory_need *need)
{
	return need->kernel + need->memory / PAGE * PER_PAGE;
}

uint64_t memory_for_files(const struct memory_need *need, bool is_tmpfs)
{
	uint64_t taken = memory_kernel_share(need) + need->packed;
	uint64_t left = need->memory > taken ? need->memory - taken : 0;

	return is_tmpfs ? left / 2 : left;
}

static bool fits(const struct memory_need *need, bool is_tmpfs)
{
	return (!need->kernel || memory_loaded_end(need) <= need->memory) &&
	       need->tree <= memory_for_files(need, is_tmpfs);
}

unsigned int memory_needed_mib(struct memory_need need, bool is_tmpfs)
{
	unsigned int mib = 0;

	for (unsigned int step = 1u << 30; step; step /= 2) {
		need.memory = (mib + step - 1) * MEMORY_MIB;
		if (!fits(&need, is_tmpfs))
			mib += step;
	}
	return mib;
}

unsigned long long memory_mib_for(uint64_t bytes)
{
	return (bytes + MEMORY_MIB - 1) / MEMORY_MIB;
}
