// SPDX-License-Identifier: MIT
/* queue.c - bytes between two descriptors; its limit lets a slow reader slow its writer. */
#include "tools/lib/machine/queue.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/lib/base/mem.h"

size_t queue_space(const struct queue *queue)
{
	if (queue->closed)
		return QUEUE_SIZE;
	return queue->len < QUEUE_SIZE ? QUEUE_SIZE - queue->len : 0;
}

static void make_room(struct queue *queue, size_t len)
{
	if (queue->at + queue->len + len <= queue->size)
		return;
	if (queue->at) {
		memmove(queue->data, queue->data + queue->at, queue->len);
		queue->at = 0;
	}
	if (queue->len + len <= queue->size / 2)
		return; /* so that not each call moves the bytes */
	queue->size = 2 * (queue->len + len);
	queue->data = xreallocarray(queue->data, queue->size, 1);
}

void queue_add(struct queue *queue, struct span bytes)
{
	if (queue->closed || !bytes.len)
		return;
	make_room(queue, bytes.len);
	memcpy(queue->data + queue->at + queue->len, bytes.data, bytes.len);
	queue->len += bytes.len;
}

static void drop(struct queue *queue, size_t len)
{
	queue->at += len;
	queue->len -= len;
	if (!queue->len)
		queue->at = 0;
}

/* O_NONBLOCK would be shared with everybody who has this descriptor, the user's shell too. A pipe
 * for which poll() reported POLLOUT accepts PIPE_BUF bytes without blocking (pipe(7)); a socket
 * need not, but can be asked not to. */
static ssize_t write_some(int fd, const void *data, size_t len)
{
	ssize_t done = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return done < 0 && errno == ENOTSOCK ? write(fd, data, len < PIPE_BUF ? len : PIPE_BUF)
					     : done;
}

static bool accepts_more(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

	return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLOUT);
}

int queue_write(struct queue *queue, int fd)
{
	do {
		ssize_t done = write_some(fd, queue->data + queue->at, queue->len);

		if (done < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (done < 0) {
			queue->closed = 1;
			queue->len = 0;
			return errno;
		}
		drop(queue, (size_t)done);
	} while (queue->len && accepts_more(fd));
	return 0;
}

void queue_keep(struct queue *queue, struct span bytes)
{
	if (bytes.len > QUEUE_KEPT / 2)
		bytes = span_cut(bytes, bytes.len - QUEUE_KEPT / 2, QUEUE_KEPT / 2);
	if (bytes.len > QUEUE_KEPT - queue->len)
		drop(queue, queue->len - QUEUE_KEPT / 2);
	queue_add(queue, bytes);
}

void queue_free(struct queue *queue)
{
	free(queue->data);
	*queue = (struct queue){ NULL, 0, 0, 0, 0 };
}
