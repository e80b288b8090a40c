/* SPDX-License-Identifier: MIT */
/* fstab.h - the lines of a root's /etc/fstab. */
#ifndef RDINIT_PURE_FSTAB_H
#define RDINIT_PURE_FSTAB_H

#include <stddef.h>

enum fstab_state { FSTAB_END, FSTAB_LINE, FSTAB_DAMAGED, FSTAB_BLANK };

/* The strings point into the parsed text. */
struct fstab_line {
	unsigned int number; /* of the line, from 1 */
	const char *source, *target, *type;
	char *options; /* "" for none */
	unsigned int pass; /* the order of checks; 0: no check */
};

/*
 * Splits one line into its fields, in place, and decodes its octal escapes. `line` counts the
 * lines, and must be all zero before the first. FSTAB_BLANK: empty, or a comment. FSTAB_DAMAGED:
 * fewer than three fields, or a sixth that is not a number; then only `number` is set. Source:
 * fstab(5).
 */
enum fstab_state fstab_parse(char *text, struct fstab_line *line);

/* Splits the next line that is not blank off `*rest`, and parses it. FSTAB_END: there is none. */
enum fstab_state fstab_next(char **rest, struct fstab_line *line);

/* Whether the line is for the directory TARGET. */
int fstab_is_for(const struct fstab_line *line, const char *target);

/* Finds the last line for the directory TARGET, whose mount covers earlier ones. Returns 1, and the
 * line in `found`; or 0. */
int fstab_find(char *text, const char *target, struct fstab_line *found);

#endif
