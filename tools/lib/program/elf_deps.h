/* SPDX-License-Identifier: MIT */
/* elf_deps.h - what an ELF file needs at run time: interpreter, libraries, search paths. */
#ifndef TOOLS_LIB_ELF_DEPS_H
#define TOOLS_LIB_ELF_DEPS_H

#include "init/pure/span.h"

enum elf_kind {
	ELF_KIND_GOOD, /* x86-64, executable or shared object */
	ELF_KIND_NONE, /* no ELF file at all */
	ELF_KIND_FOREIGN, /* ELF for another architecture: elf_deps.machine names it */
	ELF_KIND_OBJECT, /* x86-64, but a relocatable (.o, .ko) or a core: cannot run */
	ELF_KIND_BROKEN, /* truncated, or its tables point outside the file */
};

/* All texts lie in the span that was read, NUL-terminated; NULL if the file has none. */
struct elf_deps {
	const char *machine; /* "i386", "aarch64", ... for messages; never NULL */
	const char *interp; /* PT_INTERP: a program without one is static */
	const char *soname;
	const char *rpath; /* DT_RPATH; NULL as well if there is a DT_RUNPATH, as in ld.so */
	const char *runpath;
	const char **needed; /* DT_NEEDED in order; malloc'd */
	size_t needed_count;
	struct span *dlopen; /* JSON texts of .note.dlopen (dlopen_note.h); malloc'd */
	size_t dlopen_count;
	int ends_threads; /* it calls pthread_exit(3) or pthread_cancel(3), or defines them */
	int notes_are_damaged; /* some may be missing above */
};

/* Reads program headers and the dynamic section (sections may have been stripped). Only for
 * ELF_KIND_GOOD are the fields but `machine` filled. The caller keeps the span alive, then calls
 * elf_deps_free(). Sources: elf(5), ld.so(8). */
enum elf_kind elf_deps_read(struct span file, struct elf_deps *deps);
void elf_deps_free(struct elf_deps *deps);

#endif
