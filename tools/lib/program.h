/* program.h - a program of this host into the image, with all it needs to start. */
#ifndef TOOLS_LIB_PROGRAM_H
#define TOOLS_LIB_PROGRAM_H

#include "tools/lib/image.h"

/*
 * Adds host program `name` (a path, or looked up in PATH) with its ELF interpreter, libraries,
 * script interpreters (#!, also `env NAME`, five deep), and the symlinks on the way (merged /usr,
 * /lib64). Nothing is run. `dest` NULL: the same path as on the host, else the program itself goes
 * there and all the rest to its host paths. `placed_at` (may be NULL) gets the malloc'd absolute
 * path in the image.
 *
 * Not seen: what dlopen(3) opens at run time, of which NSS (getpwnam, getaddrinfo), gconv and
 * plugins are the usual cases, and programs that this one starts. Add those with lines of their
 * own.
 *
 * Returns 0, or -1 after reporting everything that is missing at once.
 */
int program_add(struct image *image, const char *name, const char *dest, const char *why,
		char **placed_at);

/* The host path of program `name`, malloc'd and absolute, or NULL without a report. */
char *program_lookup(const char *name);

#endif
