/* SPDX-License-Identifier: MIT */
/* kernel_cache.h - kernels that were unpacked, kept from one `rdinit run` to the next. */
#ifndef TOOLS_LIB_KERNEL_CACHE_H
#define TOOLS_LIB_KERNEL_CACHE_H

#include "init/pure/span.h"

/* Which file a kernel is: NULL if there is no cache, or the file cannot be examined. malloc'd. A
 * file that is replaced or written to is another one: its inode, its size and the times of its
 * content and of its inode tell. */
char *kernel_cache_key(const char *image);

/* Returns a descriptor of the kernel unpacked, `size` bytes, which a child inherits; or -1: it is
 * not in the cache. Uses only what belongs to the caller and nobody else can write to. */
int kernel_cache_open(const char *key, size_t size);

/* Keeps the kernel, if `image` is still the file of that key, and drops all but the newest four.
 * Errors are ignored: the next run unpacks it again. */
void kernel_cache_keep(const char *key, const char *image, struct span vmlinux);

#endif
