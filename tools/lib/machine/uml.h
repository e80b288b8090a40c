/* SPDX-License-Identifier: MIT */
/* uml.h - User-mode Linux: a kernel that is a program of this host. */
#ifndef TOOLS_LIB_UML_H
#define TOOLS_LIB_UML_H

#include "tools/lib/kernel/kernel_boot.h"
#include "tools/lib/machine/qemu.h"

/* argv of the kernel itself. Its serial lines are the console, the program's streams and the wire:
 * ttyS0, ttyS1, ttyS2. Source: Documentation/virt/uml/user_mode_linux_howto_v2.rst. */
char **uml_arguments(const struct machine_config *config, const struct qemu_ends *ends);

/* Whether this host can run `kernel` (KERNEL_UML), with these disks. The processor's registers may
 * be larger than UML knows (AMX): *preload is then the library that helps, malloc'd, else NULL. -1
 * after reporting: disks that it cannot take, or a static kernel that the library
 * cannot help. */
int uml_check(const struct kernel *kernel, const struct kernel_boot *form,
	      const struct machine_config *config, char **preload);

/* The same of the registers alone, of which the processor switches so many bytes; for tests, which
 * have but one processor. */
int uml_check_registers(const struct kernel *kernel, const struct kernel_boot *form,
			unsigned int registers, char **preload);

#endif
