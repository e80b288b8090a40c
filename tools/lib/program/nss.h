/* SPDX-License-Identifier: MIT */
/* nss.h - what getpwnam(3), getaddrinfo(3) and their like open, as /etc/nsswitch.conf says. */
#ifndef TOOLS_LIB_NSS_H
#define TOOLS_LIB_NSS_H

#include "tools/lib/image/image.h"
#include "tools/lib/program/closure.h"

/*
 * Loads into the closure libnss_SERVICE.so.2 of each service in the image's /etc/nsswitch.conf; an
 * image without that file gets the one of the closure's root, with a warning. Services that glibc
 * 2.34 and later has built in (files, dns) need no file; any other missing one is a warning.
 * Returns 0, or -1 after reporting: musl, no such file, unreadable. Source: nsswitch.conf(5).
 */
int nss_add(struct image *image, struct closure *closure, const char *why);

/* All zero but for `text`, which is ended by NUL, cut in place, and may be NULL. */
struct nss_conf {
	char *text; /* the lines still to come */
	char *words; /* the rest of the current line */
};

/* The next service, as often as it is named: of "DATABASE: SERVICE [STATUS=ACTION] ...". Skips one
 * with a slash, which is not a name of a library. NULL at the end. Source: nsswitch.conf(5). */
const char *nss_conf_next(struct nss_conf *conf);

#endif
