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

void uevents_subscribe(struct uevents *uevents, struct uevent_subscriber *subscriber);

/* Opens the socket, which the loop reads from now on. A second call does nothing. */
void uevents_open(struct uevents *uevents);

/* Reads the pending uevents without waiting. Returns whether there were any. */
bool uevents_read(struct uevents *uevents);

#endif
