/* SPDX-License-Identifier: MIT */
/* script.h - what a script's #! line starts; program.c's own. */
#ifndef TOOLS_LIB_SCRIPT_H
#define TOOLS_LIB_SCRIPT_H

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

/*
 * The program that env starts where the kernel gives it `text`, all that follows its own path on
 * the
 * #! line, as its one argument: it splits it only with -S. malloc'd; NULL if it starts none,
 * with `why` the reason, or NULL if that is what was asked for (env alone prints the
 * environment). Source: env(1) of coreutils, "-S/--split-string usage in scripts"; execve(2),
 * "Interpreter scripts".
 */
char *env_words_program(const char *text, const char **why);

#endif
