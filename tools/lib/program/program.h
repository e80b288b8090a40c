/* SPDX-License-Identifier: MIT */
/* program.h - a program of this host, or of a sysroot, into the image, with all it needs
 * to start. */
#ifndef TOOLS_LIB_PROGRAM_H
#define TOOLS_LIB_PROGRAM_H

#include "tools/lib/image/image.h"
#include "tools/lib/program/dlopen_note.h"

enum program_more {
	PROGRAM_NSS = 1, /* the services of /etc/nsswitch.conf */
	PROGRAM_HWCAPS = 2, /* copies of libraries for better processors */
};

struct program {
	const char *name; /* a path, or looked up in PATH */
	const char *dest; /* in the image, or NULL: where it is */
	const char *root; /* sysroot.h; "" this host */
	const char *why;
	enum dlopen_priority dlopen; /* of .note.dlopen, the least that comes */
	unsigned int more; /* enum program_more */
};

/*
 * Adds a program with its ELF interpreter, libraries, script interpreters (#!, also `env NAME`,
 * five deep), and the symlinks in their paths (merged /usr, /lib64). Runs nothing. With `dest` the
 * program goes there, with the libraries of $ORIGIN, and all the rest to its own paths. `placed_at`
 * (may be NULL) gets the malloc'd absolute path in the image. Of libraries that dlopen(3) opens at
 * run time only those of .note.dlopen and of `more` are known; not plugins, and not programs that
 * this one starts. Add those with separate lines. Returns 0, or -1 after reporting everything that
 * is missing at once.
 */
int program_add(struct image *image, const struct program *program, char **placed_at);

/* The path of program `name` in the system at `root`, malloc'd and absolute, or NULL without a
 * report. The host's $PATH counts for the host only. */
char *program_find(const char *root, const char *name);

/* The same on this host. */
char *program_lookup(const char *name);

#endif
