/* SPDX-License-Identifier: MIT */
/* arena.h - memory for what lives as long as its image: no free() for each, nor a header before
 * each. */
#ifndef TOOLS_LIB_ARENA_H
#define TOOLS_LIB_ARENA_H

#include <stddef.h>

struct arena_block;

/* All zero is an empty one. */
struct arena {
	struct arena_block *blocks;
	size_t left; /* bytes of the first block */
};

/* Zeroed bytes, aligned for any object; good until arena_free(). Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy, and NULL of NULL. */
char *arena_strdup(struct arena *arena, const char *text);

/* The copy of `len` bytes, with a NUL after them. */
char *arena_copy(struct arena *arena, const char *text, size_t len);

void arena_free(struct arena *arena);

#endif
