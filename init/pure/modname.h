/* SPDX-License-Identifier: MIT */
/* modname.h - names of kernel modules, in which '-' is '_'. Source: scripts/Makefile.lib and
 * kernel/module/main.c; modprobe(8). */
#ifndef RDINIT_PURE_MODNAME_H
#define RDINIT_PURE_MODNAME_H

#include <stdbool.h>

#define MODULE_NAME_SIZE 64 /* bytes with the NUL; the kernel's MODULE_NAME_LEN is 56 */

static inline char modname_letter(char letter)
{
	return (char)(letter == '-' ? '_' : letter);
}

/* In place. */
void modname_normalize(char *name);

/* Whether both are names of one module. */
bool modname_same(const char *a, const char *b);

#endif
