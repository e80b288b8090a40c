// SPDX-License-Identifier: MIT
/* blocks.c - blocks of a file that several threads fill in and write, in whatever order. */
#include "tools/lib/base/blocks.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lib/base/mem.h"

#define THREADS_MAX 4 /* one of them writes at a time: more have little to do */

struct queue {
	struct block *oldest, *newest;
};

struct blocks {
	int fd;
	block_fill *fill;
	pthread_t threads[THREADS_MAX];
	unsigned int wanted, started;

	pthread_mutex_t lock; /* for all below */
	pthread_cond_t changed;
	struct queue waiting, filled;
	struct block *empty;
	unsigned int pending; /* blocks that are not written yet, those at hand with them */
	bool writing; /* the kernel lets one write to a file; others would spin until it is done */
	enum blocks_state state;
	int error;
	bool caller_waits, closing;
};

static void push(struct queue *queue, struct block *block)
{
	block->next = NULL;
	*(queue->newest ? &queue->newest->next : &queue->oldest) = block;
	queue->newest = block;
}

static struct block *pop(struct queue *queue)
{
	struct block *block = queue->oldest;

	queue->oldest = block->next;
	if (!queue->oldest)
		queue->newest = NULL;
	return block;
}

struct block *block_new(void)
{
	struct block *block = xmalloc(sizeof(*block));

	block->len = block->gap_count = block->gap_room = 0;
	block->gaps = NULL;
	return block;
}

void block_free(struct block *block)
{
	if (block)
		free(block->gaps);
	free(block);
}

void block_add_gap(struct block *block, size_t size, const void *what)
{
	if (block->gap_count == block->gap_room) {
		block->gap_room = block->gap_room ? block->gap_room * 2 : 64;
		block->gaps = xreallocarray(block->gaps, block->gap_room, sizeof(*block->gaps));
	}
	block->gaps[block->gap_count++] = (struct block_gap){ block->len, size, what };
	block->len += size;
}

int block_write(const struct block *block, int fd, bool is_file)
{
	size_t done = 0;

	while (done < block->len) {
		const char *rest = block->bytes + done;
		size_t len = block->len - done;
		ssize_t more = is_file ? pwrite(fd, rest, len, (off_t)(block->start + done))
				       : write(fd, rest, len);

		if (more < 0 && errno != EINTR)
			return errno;
		done += more > 0 ? (size_t)more : 0;
	}
	return 0;
}

static bool fill_all(struct blocks *blocks, struct block *block)
{
	for (size_t i = 0; i < block->gap_count; i++) {
		const struct block_gap *gap = &block->gaps[i];

		if (!blocks->fill(gap->what, block->bytes + gap->at, gap->size))
			return false;
	}
	return true;
}

/* What went wrong stays so. */
static void note(struct blocks *blocks, enum blocks_state state, int error)
{
	if (blocks->state == BLOCKS_RIGHT) {
		blocks->state = state;
		blocks->error = error;
	}
}

static void give_back(struct blocks *blocks, struct block *block)
{
	block->len = block->gap_count = 0;
	block->next = blocks->empty;
	blocks->empty = block;
	blocks->pending--;
	if (blocks->caller_waits)
		pthread_cond_broadcast(&blocks->changed);
}

static void write_one(struct blocks *blocks)
{
	struct block *block = pop(&blocks->filled);
	int error;

	blocks->writing = true;
	pthread_mutex_unlock(&blocks->lock);
	error = block_write(block, blocks->fd, true);
	pthread_mutex_lock(&blocks->lock);
	blocks->writing = false;
	if (error)
		note(blocks, BLOCKS_NOT_WRITTEN, error);
	give_back(blocks, block);
	/* The caller goes its way behind one. */
	if (blocks->filled.oldest)
		pthread_cond_signal(&blocks->changed);
}

static void fill_one(struct blocks *blocks)
{
	struct block *block = pop(&blocks->waiting);
	bool is_full = blocks->state == BLOCKS_RIGHT;

	pthread_mutex_unlock(&blocks->lock);
	is_full = is_full && fill_all(blocks, block);
	pthread_mutex_lock(&blocks->lock);
	if (!is_full)
		note(blocks, BLOCKS_NOT_FILLED, 0);
	if (blocks->state == BLOCKS_RIGHT)
		push(&blocks->filled, block);
	else
		give_back(blocks, block);
	/* Who writes comes back for it. */
	if (is_full && !blocks->writing)
		pthread_cond_signal(&blocks->changed);
}

/* Does what there is to do, with the lock held but while it works. False where there is nothing. */
static bool work_once(struct blocks *blocks)
{
	if (blocks->filled.oldest && !blocks->writing)
		write_one(blocks);
	else if (blocks->waiting.oldest)
		fill_one(blocks);
	else
		return false;
	return true;
}

/* The caller's part, until no more than `most` blocks are left. */
static void work_down_to(struct blocks *blocks, unsigned int most)
{
	while (blocks->pending > most) {
		if (work_once(blocks))
			continue;
		blocks->caller_waits = true;
		pthread_cond_wait(&blocks->changed, &blocks->lock);
		blocks->caller_waits = false;
	}
}

static void *work(void *argument)
{
	struct blocks *blocks = argument;

	pthread_mutex_lock(&blocks->lock);
	while (!blocks->closing)
		if (!work_once(blocks))
			pthread_cond_wait(&blocks->changed, &blocks->lock);
	pthread_mutex_unlock(&blocks->lock);
	return NULL;
}

struct blocks *blocks_new(int fd, unsigned int threads, block_fill *fill)
{
	struct blocks *blocks = xcalloc(1, sizeof(*blocks));

	blocks->fd = fd;
	blocks->fill = fill;
	blocks->wanted = (threads < THREADS_MAX ? threads : THREADS_MAX) - 1;
	pthread_mutex_init(&blocks->lock, NULL);
	pthread_cond_init(&blocks->changed, NULL);
	return blocks;
}

/* One thread more, as long as there is work for it. Where none can be had the caller does all. */
static void need_thread(struct blocks *blocks)
{
	if (blocks->started < blocks->wanted &&
	    !pthread_create(&blocks->threads[blocks->started], NULL, work, blocks))
		blocks->started++;
}

struct block *blocks_put(struct blocks *blocks, struct block *full)
{
	struct block *block;

	need_thread(blocks);
	pthread_mutex_lock(&blocks->lock);
	push(full->gap_count ? &blocks->waiting : &blocks->filled, full);
	blocks->pending++;
	pthread_cond_signal(&blocks->changed);
	work_down_to(blocks, 2 * blocks->started + 1);
	block = blocks->empty;
	if (block)
		blocks->empty = block->next;
	pthread_mutex_unlock(&blocks->lock);
	return block ? block : block_new();
}

static enum blocks_state tell(struct blocks *blocks, int *error)
{
	enum blocks_state state = blocks->state;

	*error = blocks->error;
	pthread_mutex_unlock(&blocks->lock);
	return state;
}

enum blocks_state blocks_state(struct blocks *blocks, int *error)
{
	pthread_mutex_lock(&blocks->lock);
	return tell(blocks, error);
}

enum blocks_state blocks_wait(struct blocks *blocks, int *error)
{
	pthread_mutex_lock(&blocks->lock);
	work_down_to(blocks, 0);
	return tell(blocks, error);
}

static void free_all(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		block_free(block);
		block = next;
	}
}

void blocks_free(struct blocks *blocks)
{
	if (!blocks)
		return;
	pthread_mutex_lock(&blocks->lock);
	blocks->closing = true;
	pthread_cond_broadcast(&blocks->changed);
	pthread_mutex_unlock(&blocks->lock);
	for (unsigned int i = 0; i < blocks->started; i++)
		pthread_join(blocks->threads[i], NULL);
	free_all(blocks->waiting.oldest);
	free_all(blocks->filled.oldest);
	free_all(blocks->empty);
	pthread_mutex_destroy(&blocks->lock);
	pthread_cond_destroy(&blocks->changed);
	free(blocks);
}
