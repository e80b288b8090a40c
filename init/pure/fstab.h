/* SPDX-License-Identifier: MIT */
/* fstab.h - the lines of a root's /etc/fstab. */
#ifndef RDINIT_PURE_FSTAB_H
#define RDINIT_PURE_FSTAB_H

#include <stddef.h>

enum fstab_state { FSTAB_END, FSTAB_LINE, FSTAB_DAMAGED, FSTAB_BLANK };

/* Text lies in what was parsed. */
struct fstab_line {
	unsigned int number; /* of the line, from 1 */
	const char *source, *target, *type;
	char *options; /* "" for none */
	unsigned int pass; /* the order of checks; 0: it is not to be checked */
};

/*
 * Splits one line into its fields, in place, and decodes its octal escapes. `line` counts the
 * lines, and must be all zero before the first. FSTAB_BLANK: empty, or a comment. FSTAB_DAMAGED:
 * fewer than three fields, or a sixth that is not a number; then only `number` is set. Source:
 * fstab(5).
 */
enum fstab_state fstab_parse(char *text, struct fstab_line *line);

/* The same for the next line that says something, cut off `*rest`; FSTAB_END: there is none. */
enum fstab_state fstab_next(char **rest, struct fstab_line *line);

/* Whether the line is for the directory TARGET. */
int fstab_is_for(const struct fstab_line *line, const char *target);

/* The last line for the directory TARGET, which covers what earlier ones mount there. 1 and
 * `found`; 0: there is none. */
int fstab_find(char *text, const char *target, struct fstab_line *found);

#endif
