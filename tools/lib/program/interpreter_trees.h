/* SPDX-License-Identifier: MIT */
/* interpreter_trees.h - the library trees that interpreters like perl and python cannot start
 * without. */
#ifndef TOOLS_LIB_INTERPRETER_TREES_H
#define TOOLS_LIB_INTERPRETER_TREES_H

#include "tools/lib/image/image.h"

/*
 * For each known interpreter (perl, python3) that a program added under its own path: adds its
 * library directories, found by name and without running it, with the libraries of its extension
 * modules. Files that only build or test packages are omitted. Modification times are kept, because
 * python compares its compiled files with them. `roots`, ended by NULL: the sysroots (sysroot.h) of
 * the image's files; those of such an interpreter's tree are from the same one. Returns 0, or -1
 * after reporting. An extension module whose library is missing is a warning: only an import of it
 * fails.
 */
int interpreter_trees_add(struct image *image, const char *const *roots);

#endif
