/* SPDX-License-Identifier: MIT */
/* closure_find.h - where the dynamic loaders look for one library; closure.c's own. */
#ifndef TOOLS_LIB_CLOSURE_FIND_H
#define TOOLS_LIB_CLOSURE_FIND_H

#include "tools/lib/program/closure.h"

/* Directories below those of libraries, the plain one ("") first, then of the processors' levels.
 */
#define HWCAPS_COUNT 4
extern const char *const closure_hwcaps[HWCAPS_COUNT];

/* Reads the ELF file `path` below `root` into `object`. Returns its kind, ELF_KIND_NONE if it
 * cannot be read, with errno, which is 0 for what is no ELF file. Only with ELF_KIND_GOOD there is
 * something to free. */
enum elf_kind object_read(struct object *object, const char *root, const char *path);
void object_free(struct object *object);

/* Looks for library `name` as objects[owner] would. 1 with `object` read, or 0. */
int closure_find(const struct closure *closure, size_t owner, const char *name,
		 struct object *object);

#endif
