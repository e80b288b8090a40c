/* SPDX-License-Identifier: MIT */
/* env_words.h - what env(1) starts for the #! line of a script. */
#ifndef TOOLS_LIB_ENV_WORDS_H
#define TOOLS_LIB_ENV_WORDS_H

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
