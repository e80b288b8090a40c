// SPDX-License-Identifier: MIT
/* queue.c - bytes between two descriptors; its fixed size lets a slow reader slow its writer. */
#include "tools/lib/machine/queue.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

size_t queue_space(const struct queue *queue)
{
	return queue->closed ? QUEUE_SIZE : QUEUE_SIZE - queue->len;
}

void queue_add(struct queue *queue, struct span bytes)
{
	size_t len = bytes.len < queue_space(queue) ? bytes.len : queue_space(queue);

	if (queue->closed || !len)
		return;
	memcpy(queue->data + queue->len, bytes.data, len);
	queue->len += len;
}

/* O_NONBLOCK would be shared with everybody who has this descriptor, the user's shell too. A pipe
 * for which poll() reported POLLOUT accepts PIPE_BUF bytes without blocking (pipe(7)); a socket
 * need not, but can be asked not to. */
static ssize_t write_some(int fd, const void *data, size_t len)
{
	ssize_t done = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return done < 0 && errno == ENOTSOCK ? write(fd, data, len) : done;
}

int queue_write(struct queue *queue, int fd)
{
	ssize_t done = write_some(fd, queue->data, queue->len < PIPE_BUF ? queue->len : PIPE_BUF);

	if (done < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (done < 0) {
		queue->closed = 1;
		queue->len = 0;
		return errno;
	}
	queue->len -= (size_t)done;
	memmove(queue->data, queue->data + done, queue->len);
	return 0;
}

void queue_keep(struct queue *queue, struct span bytes)
{
	size_t drop;

	if (bytes.len > QUEUE_SIZE / 2) {
		bytes.data += bytes.len - QUEUE_SIZE / 2;
		bytes.len = QUEUE_SIZE / 2;
	}
	if (bytes.len > QUEUE_SIZE - queue->len) {
		drop = queue->len - QUEUE_SIZE / 2;
		queue->len -= drop;
		memmove(queue->data, queue->data + drop, queue->len);
	}
	queue_add(queue, bytes);
}
