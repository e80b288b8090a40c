/* executable.h - what the kernel needs to run a file: its interpreter, read from its
 * first bytes. */
#ifndef RDINIT_PURE_EXECUTABLE_H
#define RDINIT_PURE_EXECUTABLE_H

#include "init/pure/span.h"

/* Bytes of the file to look at: PT_INTERP lies behind the program headers (in glibc's and musl's
 * programs below 900). */
#define EXECUTABLE_HEAD 1024
#define INTERPRETER_MAX 256 /* bytes with the NUL: the kernel's BINPRM_BUF_SIZE for scripts */

/* Files in a row to look at, each the interpreter of the one before: a program and its interpreter
 * behind five scripts, which is as far as the kernel goes. */
#define EXECUTABLE_CHAIN 7

/*
 * Finds the interpreter that the file with these first bytes asks for: PT_INTERP of an ELF
 * program, the first word behind "#!" of a script. Writes it to `interpreter`, "" where none is
 * needed. 0; -ENOEXEC: neither x86-64 ELF program nor script (or empty); -E2BIG: the name or the
 * headers lie beyond what was read, so nothing can be said. Source: elf(5), execve(2).
 */
int executable_interpreter(struct span head, char interpreter[INTERPRETER_MAX]);

#endif
