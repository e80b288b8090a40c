/* SPDX-License-Identifier: MIT */
/* limit.h - how much all that one run reads may unpack to. */
#ifndef TOOLS_LIB_LIMIT_H
#define TOOLS_LIB_LIMIT_H

#include <stdint.h>

#define LIMIT_USUAL ((uint64_t)4 << 30) /* bytes: more would be a trap, not an initramfs */

/* --max-size: bytes, or with K, M, G or T after the number. Returns 0, or -1 without a report. */
int limit_set(const char *text);

/* Nothing is taken yet, as when the program started. */
void limit_begin(void);

/* Bytes that may still come: of images and archives together, whatever number of them. */
uint64_t limit_left(void);

/* Counts `bytes` of the thing called `name`, before they are unpacked where that is known. 0, or -1
 * after reporting that they are too many. */
int limit_count(uint64_t bytes, const char *name);

/* Reports that `name` has too many. Returns -1. */
int limit_error(const char *name);

#endif
