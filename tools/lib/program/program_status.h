/* SPDX-License-Identifier: MIT */
/* program_status.h - the exit status of a program that cannot be started, as a shell has it. */
#ifndef TOOLS_LIB_PROGRAM_STATUS_H
#define TOOLS_LIB_PROGRAM_STATUS_H

#define STATUS_NOT_FOUND 127
#define STATUS_NOT_EXECUTABLE 126

/* Why program `name` of the system at `root` (sysroot.h) would not start: STATUS_NOT_FOUND: it, or
 * an interpreter on the way, is not there; STATUS_NOT_EXECUTABLE: the kernel would not run it; 0:
 * nothing is known against it. Reports nothing. */
int program_status(const char *root, const char *name);

#endif
