/* fstab.h - the lines of a root's /etc/fstab. */
#ifndef RDINIT_PURE_FSTAB_H
#define RDINIT_PURE_FSTAB_H

#include <stddef.h>

enum fstab_state { FSTAB_END, FSTAB_LINE, FSTAB_DAMAGED };

/* Text lies in what was parsed. */
struct fstab_line {
	unsigned int number; /* of the line, from 1 */
	const char *source, *target, *type;
	char *options; /* "" for none */
	unsigned int pass; /* the order of checks; 0: it is not to be checked */
};

/*
 * Cuts the next line that says something off `*rest`, in place, and undoes its octal escapes.
 * `line` keeps count, and must be all zero before the first. FSTAB_DAMAGED: it has fewer than three
 * fields, or its sixth is no number; only `number` is then told. Source: fstab(5).
 */
enum fstab_state fstab_next(char **rest, struct fstab_line *line);

/* The last line for the folder TARGET, which covers what earlier ones mount there. 1 and `found`;
 * 0: there is none. Each damaged line is told to `damaged` (NULL: nobody is). */
int fstab_find(char *text, const char *target, struct fstab_line *found,
	       void (*damaged)(unsigned int number));

struct fstab_options {
	unsigned long flags; /* MS_*, for mount(2) */
	int is_optional; /* "nofail" */
	int is_bind; /* "bind", "rbind": no file system of its own */
	const char *text; /* what is left for the file system */
};

/* Takes out of `options`, in place, the words that are flags of mount(2), and those that only
 * programs know ("noauto", "user", "x-..."). Later words win. Source: mount(8). */
void fstab_options(char *options, struct fstab_options *parsed);

#endif
