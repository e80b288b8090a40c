/* SPDX-License-Identifier: MIT */
/* queue.h - bytes between two descriptors; its limit lets a slow reader slow its writer. */
#ifndef TOOLS_LIB_QUEUE_H
#define TOOLS_LIB_QUEUE_H

#include "init/pure/span.h"

#define QUEUE_SIZE (256 * 1024) /* bytes */
#define QUEUE_KEPT 32768 /* bytes that queue_keep() keeps at most; half of them at least */

/* All zeros is an empty one. Free it with queue_free(). */
struct queue {
	uint8_t *data; /* the bytes begin at `at` */
	size_t at, len;
	size_t size; /* bytes allocated */
	int closed; /* nobody reads any more: new bytes are dropped */
};

/* What fits until the queue has QUEUE_SIZE bytes. */
size_t queue_space(const struct queue *queue);

/* Adds all of these bytes. To slow their writer, check queue_space() before. */
void queue_add(struct queue *queue, struct span bytes);

/* Writes what the descriptor accepts without blocking, after poll(2) reported POLLOUT. Returns 0,
 * or an errno value after which the queue is closed. */
int queue_write(struct queue *queue, int fd);

/* Adds bytes to a queue without a reader, which keeps the newest ones. */
void queue_keep(struct queue *queue, struct span bytes);

void queue_free(struct queue *queue);

#endif
