/* SPDX-License-Identifier: MIT */
/* closure.h - every library a program loads, found as ld.so would, without running anything. */
#ifndef TOOLS_LIB_CLOSURE_H
#define TOOLS_LIB_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/program/elf_deps.h"
#include "tools/lib/program/dlopen_note.h"
#include "tools/lib/program/ldconf.h"

enum found_by {
	FOUND_START, /* the program itself, its interpreter, an extension module */
	FOUND_RPATH, /* DT_RPATH or DT_RUNPATH */
	FOUND_CONF, /* ld.so.conf and built-in directories */
};

struct object {
	char *path; /* in the closure's root, as the loader would open it: symlinks are kept */
	char *placed; /* where it has to be in the image, which differs from `path` where
		       * the program goes elsewhere and $ORIGIN led here; else NULL */
	char *name; /* the DT_NEEDED text that led here, NULL for FOUND_START */
	char *feature; /* the purpose of dlopen(3), or NULL: it is linked */
	enum found_by found_by;
	const char *hwcaps; /* the directory of processors' levels it was found in, or "" */
	size_t loader; /* index of the object that needed it first; its own for a start */
	struct elf_deps deps;
	void *map; /* the file; deps points into it */
	size_t map_len;
};

struct missing {
	char *name;
	size_t needed_by; /* index of the object */
	char *feature; /* the purpose of its dlopen(3), or NULL: it is linked */
	enum dlopen_priority priority;
};

/* The options of a closure; all texts are the caller's and outlive it. */
struct closure_source {
	const char *root; /* sysroot.h */
	const char *dest; /* where the program will be, or NULL: where it is */
	enum dlopen_priority dlopen; /* the least that is followed, of all its libraries as well */
	bool is_library; /* not a program: one of glibc's system */
};

struct closure {
	struct object *objects; /* [0] is the program */
	size_t count;
	struct missing *missing;
	size_t missing_count;
	struct ldconf conf;
	enum loader loader;
	struct closure_source source;
};

/*
 * Follows DT_NEEDED and .note.dlopen, breadth first from ELF file `program`, with the interpreter's
 * own search: RPATH of the loaders as long as the object has no RUNPATH, RUNPATH for the object
 * itself, ld.so.conf, built-in directories; $ORIGIN, $LIB, $PLATFORM. A library that is only in a
 * directory for a processor level (glibc-hwcaps/x86-64-v3) is used from there, but never before the
 * plain one: the guest's processor is not this machine's. LD_LIBRARY_PATH and LD_PRELOAD are the
 * caller's and not the guest's, and are ignored. Limits: none. Returns 0, also if libraries are
 * missing (they are listed), or -1 after reporting: `program` cannot be read or is not an ELF
 * program of this architecture. Free it in both cases.
 */
int closure_open(struct closure *closure, const char *program, struct closure_source source);

/* Loads one more object, as dlopen(PATH) in the program would. 0, or -1 without a report: it is
 * unreadable, or nothing that the program could load. */
int closure_dlopen(struct closure *closure, const char *path);

/* The same by name, looked for as if objects[0] called dlopen(NAME) for `feature`. 0 also where it
 * was loaded before, -1 without a report: not found. */
int closure_dlopen_name(struct closure *closure, const char *name, const char *feature);

/* The copies for better processors of all libraries that have some and that the guest's loader
 * finds without a cache. */
void closure_add_hwcaps(struct closure *closure);
void closure_free(struct closure *closure);

#endif
