/* SPDX-License-Identifier: MIT */
/* cmdline.h - the words of a kernel command line, cut as the kernel cuts them. */
#ifndef RDINIT_PURE_CMDLINE_H
#define RDINIT_PURE_CMDLINE_H

struct word {
	char *name;
	char *value; /* NULL: a word without "=" */
};

/*
 * Cuts the next word off `*rest`, in place, by the rules of the kernel's next_arg()
 * (lib/cmdline.c): white space separates except inside double quotes, quotes around the whole
 * word or around its value are dropped, the first "=" parts name and value (unless it is the
 * word's first character). 1, or 0 at the end of the line.
 */
int cmdline_next(char **rest, struct word *word);

/* Whether the word is "--", after which the arguments of init follow. */
int cmdline_is_end(const struct word *word);

/* Gives back the whole word, "name=value", as the kernel's repair_env_string() does: quotes
 * that were dropped stay dropped. */
char *cmdline_join(struct word *word);

/*
 * Splits `line` in place at white space into at most `max` words and a closing NULL; '...' and
 * "..." keep white space in a word and are dropped. The number of words, or -1 if there are
 * more than `max` or a quote is not closed.
 */
int words_split(char *line, char **words, int max);

#endif
