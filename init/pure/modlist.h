/* SPDX-License-Identifier: MIT */
/* modlist.h - the image's list of kernel modules, /etc/rdinit/modules. */
#ifndef RDINIT_PURE_MODLIST_H
#define RDINIT_PURE_MODLIST_H

struct module_line {
	const char *path;
	const char *options; /* "" if the line has none */
};

/* Cuts the next line off `*rest` (a text ended by NUL), in place. A line is an absolute path and,
 * after spaces, the module's options; empty lines and lines that begin with "#" are passed over.
 * 1, or 0 at the end. */
int modlist_next(char **rest, struct module_line *line);

/* The module's name: the last part of its path up to its first ".", written to `name` (`size`
 * bytes, cut off if need be and always ended by NUL). */
void modlist_name(const char *path, char *name, unsigned long size);

/* Adds to `options` (a text in `size` bytes) what `word` gives the module `name`: "PARAM=VALUE" of
 * "NAME.PARAM=VALUE", quoted where it holds white space. In names "-" is "_", as the kernel has
 * it. 0, also where the word speaks of another module; -1 if there is no room. */
int modlist_add_option(char *options, unsigned long size, const char *name, const char *word);

enum module_compression { MODULE_PLAIN, MODULE_COMPRESSED };

/* By its ending: .gz, .xz and .zst are compressed. */
enum module_compression modlist_compression(const char *path);

#endif
