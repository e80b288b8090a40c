// SPDX-License-Identifier: MIT
/* fuzz_elf_deps.c - PROPERTY: no damaged ELF file leads outside its bytes; texts end inside. */
#include <stdlib.h>

#include "tools/lib/program/elf_deps.h"
#include "tools/lib/module/modinfo.h"
#include "tools/lib/program/dlopen_note.h"

#define CHECK(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct span file, const char *text)
{
	const uint8_t *at = (const uint8_t *)text;

	if (text)
		CHECK(at >= file.data && at + strlen(text) < file.data + file.len);
}

static void take_wish(void *context, const struct dlopen_wish *wish)
{
	CHECK(!context && wish->feature && wish->description);
	CHECK(wish->priority > DLOPEN_NONE && wish->priority <= DLOPEN_SUGGESTED);
	CHECK(wish->count && wish->count <= DLOPEN_SONAMES_MAX);
	for (size_t i = 0; i < wish->count; i++)
		CHECK(*wish->sonames[i]);
}

/* The notes lie in the file; what is no ELF file may be a note's text itself. */
static void check_notes(struct span file, const struct elf_deps *deps)
{
	for (size_t i = 0; i < deps->dlopen_count; i++) {
		CHECK(deps->dlopen[i].data >= file.data);
		CHECK(deps->dlopen[i].data + deps->dlopen[i].len <= file.data + file.len);
		dlopen_note_read(deps->dlopen[i], take_wish, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span file = { data, size }, info = modinfo_find(file);
	struct elf_deps deps;
	const char *text;

	if (elf_deps_read(file, &deps) == ELF_KIND_GOOD) {
		check_text(file, deps.interp);
		check_text(file, deps.soname);
		check_text(file, deps.rpath);
		check_text(file, deps.runpath);
		CHECK(!deps.rpath || !deps.runpath);
	}
	for (size_t i = 0; i < deps.needed_count; i++)
		check_text(file, deps.needed[i]);
	check_notes(file, &deps);
	elf_deps_free(&deps);
	dlopen_note_read(file, take_wish, NULL);
	while ((text = modinfo_next(&info)))
		check_text(file, text);
	return 0;
}
