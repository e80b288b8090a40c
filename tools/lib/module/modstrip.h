/* SPDX-License-Identifier: MIT */
/* modstrip.h - a kernel module without what it can do without. */
#ifndef TOOLS_LIB_MODSTRIP_H
#define TOOLS_LIB_MODSTRIP_H

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

enum modstrip_depth {
	MODSTRIP_DEBUG, /* debug information and .comment, which no kernel reads */
	MODSTRIP_ALL, /* and BTF, and symbols that no relocation needs: a trace then shows an offset
		       * to another symbol, and BPF knows no types of the module */
};

/* Appends the module, which must have no signature any more. Sections keep their numbers: those
 * that go leave an empty header of type SHT_NULL, which the kernel passes over. 1, or 0 if
 * nothing is appended since the module is to be left as it is: nothing would go, it is a livepatch,
 * or not laid out as ld -r does it for x86-64. Sources: elf(5); kernel/module/main.c,
 * kernel/module/kallsyms.c and arch/x86/kernel/module.c of Linux 6.1. */
int modstrip(struct span module, enum modstrip_depth depth, struct buffer *out);

#endif
