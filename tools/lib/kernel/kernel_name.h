/* SPDX-License-Identifier: MIT */
/* kernel_name.h - kernels by the names that `make kernel PROFILE=NAME` gives them. */
#ifndef TOOLS_LIB_KERNEL_NAME_H
#define TOOLS_LIB_KERNEL_NAME_H

/* DIR/NAME/bzImage, or DIR/NAME/linux (User-mode Linux), of the first DIR that has it: kernel/ next
 * to the tool in its build tree, then lib/rdinit/kernel of an installed one. malloc'd, or NULL
 * after reporting which kernels there are. */
char *kernel_by_name(const char *name);

#endif
