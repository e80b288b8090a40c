/* closure.h - every library a program loads, found as ld.so would, without running anything. */
#ifndef TOOLS_LIB_CLOSURE_H
#define TOOLS_LIB_CLOSURE_H

#include <stddef.h>

#include "tools/lib/elf_deps.h"
#include "tools/lib/ldconf.h"

enum found_by {
	FOUND_START,	/* the program itself, its interpreter, an extension module */
	FOUND_RPATH,	/* DT_RPATH or DT_RUNPATH */
	FOUND_CONF,	/* ld.so.conf and built-in directories */
};

struct object {
	char *path;		/* on the host, as the loader would open it: symlinks are kept */
	const char *name;	/* the DT_NEEDED text that led here, NULL for FOUND_START */
	enum found_by found_by;
	size_t loader;		/* index of the object that needed it first; its own for a start */
	struct elf_deps deps;
	void *map;		/* the file; deps and others' names point into it */
	size_t map_len;
};

struct missing {
	const char *name;
	size_t needed_by;	/* index of the object */
};

struct closure {
	struct object *objects;	/* [0] is the program */
	size_t count;
	struct missing *missing;
	size_t missing_count;
	struct ldconf conf;
	enum loader loader;
};

/*
 * Follows DT_NEEDED breadth first from ELF file `program`, with the interpreter's own search: RPATH
 * of the loaders as long as the object has no RUNPATH, RUNPATH for the object itself, ld.so.conf,
 * built-in directories; $ORIGIN, $LIB, $PLATFORM. LD_LIBRARY_PATH and LD_PRELOAD are the caller's
 * and not the guest's, and are not looked at. What is opened by dlopen(3) (NSS, gconv, plugins)
 * cannot be seen. Limits: none.
 *
 * Returns 0, also when libraries are missing (they are listed), or -1 after reporting: `program`
 * cannot be read or is no ELF program of this architecture. Free it in both cases.
 */
int closure_open(struct closure *closure, const char *program);

/* Loads one more object, as dlopen(PATH) in the program would. 0, or -1 without a report: it is
 * unreadable, or nothing that the program could load. */
int closure_dlopen(struct closure *closure, const char *path);
void closure_free(struct closure *closure);

/* Reports that `path` cannot run here: foreign, broken, an object file. Returns -1. */
int closure_refuse(const char *path, enum elf_kind kind, const char *machine);

#endif
