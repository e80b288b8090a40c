/* SPDX-License-Identifier: MIT */
/* blocks.h - blocks of a file that several threads fill in and write, in whatever order. */
#ifndef TOOLS_LIB_BLOCKS_H
#define TOOLS_LIB_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_BYTES ((size_t)512 << 10) /* from 256 KiB on larger writes are hardly cheaper */

/* A hole in a block, and what is to be put there. */
struct block_gap {
	size_t at, size;
	const void *what;
};

struct block {
	uint64_t start; /* where in the file it belongs */
	size_t len; /* bytes, with those of its gaps */
	struct block_gap *gaps;
	size_t gap_count, gap_room;
	struct block *next; /* blocks.c's own */
	char bytes[BLOCK_BYTES];
};

struct block *block_new(void);
void block_free(struct block *block); /* NULL is fine */
void block_add_gap(struct block *block, size_t size, const void *what);
/* To where it belongs in a file, or behind what was written to what is none. 0, or an error number.
 */
int block_write(const struct block *block, int fd, bool is_file);

/* Puts `size` bytes of a thing at `to`; false where it has not just as many, or not now. Called by
 * several threads at once, so it may not report. */
typedef bool block_fill(const void *what, char *to, size_t size);

struct blocks;

/* Writers of one file, `threads` (1 or more) with the caller's own, which start as there is work
 * for them; they write by pwrite(2). Where no thread can be started the caller does all. */
struct blocks *blocks_new(int fd, unsigned int threads, block_fill *fill);

/* Takes over a block, and returns an empty one. Where many wait, the caller writes one of them. */
struct block *blocks_put(struct blocks *blocks, struct block *full);

/* Whether something went wrong so far: a fill, or a write, whose error number is then in *error. */
enum blocks_state { BLOCKS_RIGHT, BLOCKS_NOT_FILLED, BLOCKS_NOT_WRITTEN };
enum blocks_state blocks_state(struct blocks *blocks, int *error);

/* Waits until all are written, and says the same. */
enum blocks_state blocks_wait(struct blocks *blocks, int *error);
void blocks_free(struct blocks *blocks); /* gives up what nobody began; NULL is fine */

#endif
