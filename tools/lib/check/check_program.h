/* SPDX-License-Identifier: MIT */
/* check_program.h - the programs of an image that a boot comes to; for the rules alone. */
#ifndef TOOLS_LIB_CHECK_PROGRAM_H
#define TOOLS_LIB_CHECK_PROGRAM_H

#include <stdbool.h>

#include "tools/lib/check/check.h"

/* Fills in check.programs: the program that the kernel starts, those that rdinit's /init then runs,
 * and the interpreters of scripts among them, five deep like the kernel (execve(2)). Reports
 * programs without a file (CHECK_NO_PROGRAM). */
void check_find_programs(struct check *check);

/* A program that can be executed as far as its mode goes. */
bool check_is_executable(const struct archive_entry *entry);

/* Its bytes, where it is such a one; data NULL else. */
struct span check_program_bytes(const struct check *check, const struct check_program *program);

/* The interpreter in its first line, malloc'd, or NULL: not a script, or no name in it. */
char *check_script_interpreter(struct span bytes);

#endif
