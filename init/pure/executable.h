/* SPDX-License-Identifier: MIT */
/* executable.h - what the kernel needs to run a file: its interpreter, read from its
 * first bytes. */
#ifndef RDINIT_PURE_EXECUTABLE_H
#define RDINIT_PURE_EXECUTABLE_H

#include "init/pure/span.h"

/* Bytes of the file that are read: PT_INTERP follows the program headers (in glibc's and musl's
 * programs below 900). */
#define EXECUTABLE_HEAD 1024
#define INTERPRETER_MAX 256 /* bytes with the NUL: the kernel's BINPRM_BUF_SIZE for scripts */

/* Files in a row, each the interpreter of the one before: a program and its interpreter after five
 * scripts, which is the kernel's limit. */
#define EXECUTABLE_CHAIN 7

/*
 * Finds the interpreter of the file with these first bytes: PT_INTERP of an ELF program, the first
 * word after "#!" of a script. Writes it to `interpreter`, "" if none is needed. Returns 0;
 * -ENOEXEC: neither an x86-64 ELF program nor a script (or empty); -E2BIG: the name or the headers
 * are beyond the bytes that were read. Source: elf(5), execve(2).
 */
int executable_interpreter(struct span head, char interpreter[INTERPRETER_MAX]);

#endif
