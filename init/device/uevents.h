/* SPDX-License-Identifier: MIT */
/* uevents.h - pass the kernel's uevents to subscribers (netlink(7), NETLINK_KOBJECT_UEVENT). */
#ifndef RDINIT_DEVICE_UEVENTS_H
#define RDINIT_DEVICE_UEVENTS_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/uevent.h"

struct uevent_subscriber {
	struct uevent_subscriber *next; /* set by uevents_subscribe() */
	/* `event` NULL: messages were lost; the subscriber must scan all devices again. */
	void (*on_event)(void *owner, const struct uevent *event);
	void (*on_quiet)(void *owner); /* called after all pending uevents are read */
	void *owner;
};

struct uevents {
	struct loop *loop;
	struct loop_descriptor socket;
	struct uevent_subscriber *first;
	bool is_open; /* open, or failed to open */
	bool has_failed; /* no uevents (no CONFIG_NET); already logged */
};

#define UEVENTS_LOOK_AGAIN_MS 100 /* without CONFIG_NET the kernel reports nothing */

/* Before anything else. */
void uevents_init(struct uevents *uevents, struct loop *loop);

/* Adds a subscriber after the others. Nothing is read before uevents_open(). */
void uevents_subscribe(struct uevents *uevents, struct uevent_subscriber *subscriber);

/* Opens the socket, which the loop reads from now on. A second call does nothing. */
void uevents_open(struct uevents *uevents);

/* Reads the pending uevents without waiting. Returns whether there were any. */
bool uevents_read(struct uevents *uevents);

/* Runs the loop until until(argument) holds. Without uevents it calls look(owner) and
 * until(argument) every UEVENTS_LOOK_AGAIN_MS; `look` may be NULL. Returns 0, or -ETIMEDOUT. */
int uevents_wait(struct uevents *uevents, bool (*until)(void *argument), void *argument,
		 int64_t deadline, void (*look)(void *owner), void *owner);

#endif
