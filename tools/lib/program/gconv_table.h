/* SPDX-License-Identifier: MIT */
/* gconv_table.h - the lines of glibc's gconv-modules: names of character sets, and their
 * modules. */
#ifndef TOOLS_LIB_GCONV_TABLE_H
#define TOOLS_LIB_GCONV_TABLE_H

#define GCONV_NAME_MAX 128 /* bytes of a word; glibc's longest has 24. Longer: passed over */

/* One line, without the slashes behind names, in upper case but for the module. */
struct gconv_row {
	char from[GCONV_NAME_MAX], to[GCONV_NAME_MAX];
	char module[GCONV_NAME_MAX]; /* "" for an alias: `from` is another name of `to` */
	char line[4 * GCONV_NAME_MAX]; /* as it is written, words apart by one blank */
};

/* The next line from *at on that names character set `name`, and moves *at behind it: its aliases,
 * its conversions from and to glibc's INTERNAL. 1, or 0 at the end. A NULL text has no lines. */
int gconv_next(const char **at, const char *name, struct gconv_row *row);

/* What `name` is an alias of in `text`, else itself; in upper case, malloc'd. */
char *gconv_target(const char *text, const char *name);

/* Whether glibc converts it without a module: 1 or 0. */
int gconv_is_builtin(const char *name);

#endif
