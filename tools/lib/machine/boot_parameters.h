/* SPDX-License-Identifier: MIT */
/* boot_parameters.h - the words on a guest's command line that only save time, or a hang. */
#ifndef TOOLS_LIB_BOOT_PARAMETERS_H
#define TOOLS_LIB_BOOT_PARAMETERS_H

#include "tools/lib/base/mem.h"
#include "tools/lib/machine/qemu.h"

/* The facts that decide whether a parameter helps. */
struct boot_facts {
	enum machine_type machine;
	unsigned int cpus;
	int kvm; /* else the machine is emulated */
	int acpi; /* the machine has it, where it may be without */
	int verbose; /* the user wants the kernel's messages */
};

/* Appends " WORD" for each one that applies. Without them the same guest boots, only later. */
void boot_parameters_add(struct buffer *words, const struct boot_facts *facts);

#endif
