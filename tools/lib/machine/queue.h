/* SPDX-License-Identifier: MIT */
/* queue.h - bytes between two descriptors; its fixed size lets a slow reader slow its writer. */
#ifndef TOOLS_LIB_QUEUE_H
#define TOOLS_LIB_QUEUE_H

#include "init/pure/span.h"

#define QUEUE_SIZE 32768 /* bytes */

struct queue {
	uint8_t data[QUEUE_SIZE];
	size_t len;
	int closed; /* nobody reads any more: new bytes are dropped */
};

size_t queue_space(const struct queue *queue);

/* Adds bytes; the caller has checked queue_space() before. What does not fit is dropped. */
void queue_add(struct queue *queue, struct span bytes);

/* Writes what the descriptor takes, at most PIPE_BUF bytes, after poll(2) said POLLOUT. Returns 0,
 * or an errno value after which the queue is closed. */
int queue_write(struct queue *queue, int fd);

/* Keeps the newest `keep` bytes of a queue that has no reader, adding these. */
void queue_keep(struct queue *queue, struct span bytes);

#endif
