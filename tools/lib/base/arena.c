// SPDX-License-Identifier: MIT
/* arena.c - memory for what lives as long as its image: no free() for each, nor a header before
 * each. */
#include "tools/lib/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"

#define FIRST_BLOCK ((size_t)64 * 1024) /* bytes: some hundred entries */
#define NEXT_BLOCKS ((size_t)256 * 1024) /* of the kernel's: zero as they come */

struct arena_block {
	struct arena_block *next;
	size_t size; /* bytes after this */
	alignas(max_align_t) char bytes[];
};

/* Bytes are taken from a block's end, so that what is left says where. */
static void *cut(struct arena *arena, size_t size, size_t align)
{
	size_t skip = (arena->left - size) & (align - 1), room;
	struct arena_block *block;

	if (arena->left >= size && arena->left - size >= skip) {
		arena->left -= size + skip;
		return arena->blocks->bytes + arena->left;
	}
	room = arena->blocks ? NEXT_BLOCKS : FIRST_BLOCK;
	if (size > room)
		room = size + align;
	block = xcalloc(1, sizeof(*block) + room);
	block->size = room;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->left = block->size;
	return cut(arena, size, align);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return cut(arena, size, alignof(max_align_t));
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy = cut(arena, len + 1, 1);

	memcpy(copy, text, len);
	return copy; /* new memory is zero: the NUL is there */
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->left = 0;
}
