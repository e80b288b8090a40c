/* runtime.h - the library trees that interpreters like perl and python cannot start without. */
#ifndef TOOLS_LIB_RUNTIME_H
#define TOOLS_LIB_RUNTIME_H

#include "tools/lib/image/image.h"

/*
 * For each known interpreter (perl, python3) that a program brought under its own path: adds its
 * library directories, found by name and without running it, with the libraries that its extension
 * modules load. What only builds or tests packages is left out. Modification times are the host's,
 * which is what python compares its compiled files with.
 * `roots`, ended by NULL: the sysroots (sysroot.h) that files of the image are from; those of such
 * an interpreter's tree are from the same one.
 *
 * Returns 0, or -1 after reporting. An extension module whose library is missing on the host is
 * a warning: only what imports it fails.
 */
int runtime_add(struct image *image, const char *const *roots);

#endif
