/* SPDX-License-Identifier: MIT */
/* vmlinux.h - what a kernel as an ELF file is, and how it can be booted. */
#ifndef TOOLS_LIB_VMLINUX_H
#define TOOLS_LIB_VMLINUX_H

#include <stdbool.h>

#include "init/pure/span.h"

struct vmlinux {
	int runs_high; /* linked at the top of the addresses: for a machine, not for a process */
	bool has_pvh; /* has the note that PVH boots by: XEN_ELFNOTE_PHYS32_ENTRY */
	bool is_dynamic; /* has an interpreter: a program */
};

/* Reads the program headers of an ELF file for x86-64, and its notes. 0, or -1 if it is none
 * or they do not lie inside the file. At most 64 headers are read. Sources: elf(5), QEMU's
 * docs/, xen/include/public/elfnote.h. */
int vmlinux_parse(struct span file, struct vmlinux *vmlinux);

#endif
