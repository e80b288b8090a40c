/* SPDX-License-Identifier: MIT */
/* cmdline.h - split a kernel command line into parameters, as the kernel does. */
#ifndef RDINIT_PURE_CMDLINE_H
#define RDINIT_PURE_CMDLINE_H

struct word {
	char *name;
	char *value; /* NULL: a parameter without "=" */
};

/*
 * Splits the next parameter off `*rest`, in place, by the rules of the kernel's next_arg()
 * (lib/cmdline.c): white space separates except inside double quotes; quotes around the whole
 * parameter or around its value are removed; the first "=" separates name and value, unless it is
 * the first character. Returns 1, or 0 at the end of the line.
 */
int cmdline_next(char **rest, struct word *word);

/* Whether the parameter is "--": the arguments of init follow. */
int cmdline_is_end(const struct word *word);

/* Returns the whole parameter, "name=value", as the kernel's repair_env_string() does, without the
 * removed quotes. */
char *cmdline_join(struct word *word);

/*
 * Splits `line` in place at white space into at most `max` words and a final NULL. White space in
 * '...' and "..." does not split; the quotes are removed. Returns the number of words, or -1 if
 * there are more than `max` or a quote is not closed.
 */
int words_split(char *line, char **words, int max);

#endif
