/* nss.h - what getpwnam(3), getaddrinfo(3) and their like open, as /etc/nsswitch.conf says. */
#ifndef TOOLS_LIB_NSS_H
#define TOOLS_LIB_NSS_H

#include "tools/lib/image/image.h"
#include "tools/lib/program/closure.h"

/*
 * Loads into the closure libnss_SERVICE.so.2 of each service that the image's /etc/nsswitch.conf
 * names; where the image has none it gets the one of the closure's root, and a warning says so.
 * What glibc 2.34 and later has in itself (files, dns) need not be there as a file; another one
 * that is not there is a warning. 0, or -1 after reporting: musl, no such file, unreadable.
 * Source: nsswitch.conf(5).
 */
int nss_add(struct image *image, struct closure *closure, const char *why);

#endif
