/* SPDX-License-Identifier: MIT */
/* ldconf.h - the directories in which the dynamic loaders look for libraries. */
#ifndef TOOLS_LIB_LDCONF_H
#define TOOLS_LIB_LDCONF_H

#include <stdbool.h>
#include <stddef.h>

enum loader {
	LOADER_GLIBC, /* ld-linux-x86-64.so.2 */
	LOADER_MUSL, /* ld-musl-x86_64.so.1 */
};

/* Which loader a PT_INTERP names. */
enum loader ldconf_loader(const char *interp);

struct ldconf {
	const char *root; /* the caller's */
	char **dirs; /* absolute, in search order, without doubles */
	size_t count;
};

#define LDCONF_GLIBC "/etc/ld.so.conf"
#define LDCONF_MUSL "/etc/ld-musl-x86_64.path"

/* Reads LDCONF_GLIBC with its includes, or LDCONF_MUSL, of the system at `root` (sysroot.h); a
 * missing file is an empty one. Sources: ldconfig(8), ld.so(8); musl's ldso/dynlink.c. */
void ldconf_read(enum loader loader, const char *root, struct ldconf *conf);
void ldconf_free(struct ldconf *conf);

/* Whether glibc's loader searches this directory without any ld.so.cache: 1 or 0. */
bool ldconf_is_builtin(const char *dir);

#endif
