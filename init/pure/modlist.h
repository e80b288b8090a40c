/* SPDX-License-Identifier: MIT */
/* modlist.h - parse the image's list of kernel modules, /etc/rdinit/modules. */
#ifndef RDINIT_PURE_MODLIST_H
#define RDINIT_PURE_MODLIST_H

struct module_line {
	const char *path;
	const char *options; /* "" if the line has none */
};

/* Cuts the next line off `*rest` (a text ended by NUL), in place. A line is an absolute path and,
 * after spaces, the module's options; empty lines and lines that begin with "#" are
 * skipped. Returns 1, or 0 at the end. */
int modlist_next(char **rest, struct module_line *line);

/* The module's name: the last part of its path up to its first ".", written to `name` (`size`
 * bytes; truncated if it does not fit; always ended by a NUL). */
void modlist_name(const char *path, char *name, unsigned long size);

/* Appends PARAM=VALUE to `options` (`size` bytes) if `word` is NAME.PARAM=VALUE of the module
 * `name`; quoted if it contains white space. "-" and "_" are equal in names. Returns 0, also if
 * `word` is for another module; -1 if it does not fit. */
int modlist_add_option(char *options, unsigned long size, const char *name, const char *word);

enum module_compression { MODULE_PLAIN, MODULE_COMPRESSED };

/* By the suffix: .gz, .xz and .zst are compressed. */
enum module_compression modlist_compression(const char *path);

#endif
