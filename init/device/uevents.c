// SPDX-License-Identifier: MIT
/* uevents.c - pass the kernel's uevents to subscribers. */
#include "init/device/uevents.h"

#include <errno.h>
#include <poll.h>

#include "init/device/devices.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

void uevents_init(struct uevents *uevents, struct loop *loop)
{
	uevents->loop = loop;
}

void uevents_subscribe(struct uevents *uevents, struct uevent_subscriber *subscriber)
{
	struct uevent_subscriber **last = &uevents->first;

	while (*last)
		last = &(*last)->next;
	*last = subscriber;
}

static void report(struct uevents *uevents, const struct uevent *event)
{
	for (struct uevent_subscriber *to = uevents->first; to; to = to->next)
		to->on_event(to->owner, event);
}

static void close_socket(struct uevents *uevents, int error)
{
	log_warn(error, "read uevents (scanning every %d ms instead)", UEVENTS_LOOK_AGAIN_MS);
	uevents->has_failed = true;
}

/* Returns whether there may be more. */
static bool read_one(struct uevents *uevents)
{
	static uint8_t message[UEVENT_SIZE_MAX];
	long len = sys_read(uevents->socket.fd, message, sizeof(message));
	struct uevent event;

	if (len == -ENOBUFS) {
		report(uevents, NULL);
	} else if (len > 0) {
		if (uevent_parse((struct span){ message, (size_t)len }, &event) == 0)
			report(uevents, &event);
	} else if (len < 0 && len != -EINTR && len != -EAGAIN) {
		loop_remove_descriptor(uevents->loop, &uevents->socket);
		sys_close(uevents->socket.fd);
		close_socket(uevents, (int)len);
	}
	return len > 0 || len == -ENOBUFS || len == -EINTR;
}

bool uevents_read(struct uevents *uevents)
{
	bool is_any = false;

	if (!uevents->is_open || uevents->has_failed)
		return false;
	while (read_one(uevents))
		is_any = true;
	for (struct uevent_subscriber *to = uevents->first; to; to = to->next)
		to->on_quiet(to->owner);
	return is_any;
}

static void ready(void *owner, short revents)
{
	(void)revents;
	uevents_read(owner);
}

void uevents_open(struct uevents *uevents)
{
	int fd, error = 0;

	if (uevents->is_open)
		return;
	uevents->is_open = true;
	fd = sys_open_uevents();
	uevents->socket = (struct loop_descriptor){
		.node.owner = uevents, .fd = fd, .events = POLLIN, .ready = ready
	};
	if (fd >= 0)
		error = loop_add_descriptor(uevents->loop, &uevents->socket);
	if (fd < 0 || error)
		close_socket(uevents, fd < 0 ? fd : error);
}

struct wait {
	const struct uevents *uevents;
	bool (*until)(void *argument);
	void *argument;
};

static bool is_over(void *argument)
{
	const struct wait *wait = argument;

	return wait->uevents->has_failed || wait->until(wait->argument);
}

int uevents_wait(struct uevents *uevents, bool (*until)(void *argument), void *argument,
		 int64_t deadline, void (*look)(void *owner), void *owner)
{
	struct wait wait = { uevents, until, argument };
	int error = loop_run(uevents->loop, is_over, &wait, deadline);

	if (!uevents->has_failed)
		return error;
	do {
		int64_t again = sys_clock_ms() + UEVENTS_LOOK_AGAIN_MS;

		if (look)
			look(owner);
		error = loop_run(uevents->loop, until, argument,
				 again < deadline ? again : deadline);
	} while (error && loop_time_left(deadline) != 0);
	return error;
}
