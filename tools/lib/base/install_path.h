/* SPDX-License-Identifier: MIT */
/* install_path.h - rdinit's own files: where they are, next to the tool in its build tree or
 * installed, and which program is our /init. */
#ifndef TOOLS_LIB_INSTALL_PATH_H
#define TOOLS_LIB_INSTALL_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "init/pure/span.h"

/* The static /init that images get: EXEDIR/init, else EXEDIR/../lib/rdinit/init. $RDINIT_INIT
 * names another one. malloc'd, or NULL after reporting. */
char *installed_init(void);

/* The same, that only runs programs: init-run there. */
char *installed_init_run(void);

/* Where `make deps` unpacks a kernel (with boot/ and lib/ in it): EXEDIR/kernel/debian. malloc'd,
 * or NULL, without a report, if there is none. */
char *built_kernel_dir(void);

/* The library that virtiofsd needs without root: as below, virtiofsd_rights.so. */
char *installed_virtiofsd_preload(void);

/* The library that User-mode Linux needs on some processors: EXEDIR/uml_regset.so, else
 * EXEDIR/../lib/rdinit/uml_regset.so. malloc'd, or NULL after reporting. */
char *installed_uml_preload(void);

/* Directory number `i` that has kernels by their names: EXEDIR/kernel, then
 * EXEDIR/../lib/rdinit/kernel. malloc'd; NULL after the last. Missing ones are skipped. */
char *installed_kernels(size_t i);

/* Whether the tool is in its build tree, where `make` can be asked for more. */
bool is_in_build_tree(void);

/* Whether a program is the /init of this project, of any version: an ELF file that knows our own
 * parameters. */
bool is_our_init(struct span program);

/* Whether such an /init only runs programs. */
bool is_our_init_run(struct span program);

#endif
