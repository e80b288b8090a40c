/* SPDX-License-Identifier: MIT */
/* ldcache.h - a small /etc/ld.so.cache for the libraries that glibc would not find without one. */
#ifndef TOOLS_LIB_LDCACHE_H
#define TOOLS_LIB_LDCACHE_H

#include "tools/lib/image/image.h"

/* Says in the image's /etc/ld.so.cache that library `name` is at `path`; that it is for processors
 * of a level, where `hwcaps` is "glibc-hwcaps/x86-64-v3/" and not "". A cache that came from the
 * host (a tree, a recipe's file) stays as it is. 0, or -1 after reporting. Source: glibc
 * sysdeps/generic/dl-cache.h, the format "glibc-ld.so.cache1.1", read since glibc 2.2;
 * levels since 2.33. */
int ldcache_add(struct image *image, const char *name, const char *path, const char *hwcaps,
		const char *why);

#endif
