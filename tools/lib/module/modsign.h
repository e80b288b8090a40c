/* SPDX-License-Identifier: MIT */
/* modsign.h - the signature at the end of a kernel module. */
#ifndef TOOLS_LIB_MODSIGN_H
#define TOOLS_LIB_MODSIGN_H

#include "init/pure/span.h"

/* The bytes before the signature that the kernel's build appended; all of them if there is none,
 * or one that the kernel would not take for one. Source: include/linux/module_signature.h. */
struct span modsign_cut(struct span module);

/* The first parameter of a kernel command line, split in place, with which the kernel loads only
 * signed modules (module.sig_enforce, lockdown=); NULL if there is none. */
const char *modsign_enforcing_word(char *line);

#endif
