/* SPDX-License-Identifier: MIT */
/* program_script.h - what a script's #! line starts; program.c's own. */
#ifndef TOOLS_LIB_PROGRAM_SCRIPT_H
#define TOOLS_LIB_PROGRAM_SCRIPT_H

#include "tools/lib/program/program.h"

#define SCRIPT_LINE 256 /* bytes of the #! line the kernel looks at (BINPRM_BUF_SIZE) */

/* Reads the first line of a program whose name is its path. 1 for a script, 0 for none, -1 after
 * reporting. */
int script_line(const struct program *program, char line[SCRIPT_LINE + 1]);

/* Adds the interpreter in `line`, the text after #!, and the program that env starts. `depth`: the
 * number of scripts so far. Returns 0, or -1 after reporting. */
int script_add(struct image *image, const struct program *script, char *line, int depth);

/* program.c: a program by its path, with all it needs. */
int program_add_any(struct image *image, const struct program *program, int depth);

#endif
