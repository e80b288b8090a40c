// SPDX-License-Identifier: MIT
/* modinfo.c - what a kernel module says about itself: its .modinfo section. */
#include "tools/lib/module/modinfo.h"

#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>

#include "init/pure/modlist.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/whole_file.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/module/modsign.h"

static struct span find_section(Elf *elf, struct span file)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return (struct span){ NULL, 0 };
	while ((section = elf_nextscn(elf, section))) {
		const char *name;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS)
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (name && !strcmp(name, ".modinfo"))
			return span_cut(file, header.sh_offset, header.sh_size);
	}
	return (struct span){ NULL, 0 };
}

struct span modinfo_find(struct span file)
{
	struct span info = { NULL, 0 };
	Elf *elf;

	elf_version(EV_CURRENT);
	if (file.len < SELFMAG || memcmp(file.data, ELFMAG, SELFMAG))
		return info;
	/* The cast drops const only for the prototype: libelf does not write to an image in memory
	 * that it need not convert, and otherwise to a copy. */
	elf = elf_memory((char *)(uintptr_t)file.data, file.len);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		info = find_section(elf, file);
	elf_end(elf);
	return info;
}

const char *modinfo_next(struct span *info)
{
	const char *text;
	const uint8_t *end;

	while (info->len && !*info->data) { /* padding between texts */
		info->data++;
		info->len--;
	}
	text = (const char *)info->data;
	end = info->len ? memchr(info->data, 0, info->len) : NULL;
	if (!end)
		return NULL;
	info->len -= (size_t)(end + 1 - info->data);
	info->data = end + 1;
	return text;
}

int modfile_read(const char *path, struct buffer *plain)
{
	struct buffer packed = { NULL, 0, 0 };
	const char *why;
	struct span span;
	size_t used;
	int result;

	if (modlist_compression(path) == MODULE_PLAIN)
		return whole_file(path, MODULE_MAX, "module", plain);
	result = whole_file(path, MODULE_MAX, "module", &packed);
	span = buffer_span(&packed);
	if (!result && (!packed.len || compress_detect(span) == COMPRESS_NONE))
		result = error("module %s: not compressed as its name says", shown(path));
	why = result ? NULL : decompress_buffer(span, plain, MODULE_MAX, &used);
	if (why)
		result =
			error("%s: %s: %s", shown(path), compress_name(compress_detect(span)), why);
	buffer_free(&packed);
	return result;
}

int modfile_info(const char *path, struct buffer *info, bool *is_signed)
{
	struct buffer plain = { NULL, 0, 0 };
	struct span file, found = { NULL, 0 };

	if (!modfile_read(path, &plain)) {
		file = buffer_span(&plain);
		*is_signed = modsign_cut(file).len < file.len;
		found = modinfo_find(file);
		if (!found.data)
			error("module %s: not a kernel module, or a damaged one", shown(path));
		else
			buffer_add(info, found.data, found.len);
	}
	buffer_free(&plain);
	return found.data ? 0 : -1;
}
