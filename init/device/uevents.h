/* SPDX-License-Identifier: MIT */
/* uevents.h - what the kernel reports of devices, for all who subscribe (netlink(7), uevents). */
#ifndef RDINIT_DEVICE_UEVENTS_H
#define RDINIT_DEVICE_UEVENTS_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/uevent.h"

struct uevent_subscriber {
	struct uevent_subscriber *next; /* set by uevents_subscribe() */
	/* NULL: messages were lost, so that everything is to be looked for again. */
	void (*on_event)(void *owner, const struct uevent *event);
	void (*on_quiet)(void *owner); /* all that was reported until now is read */
	void *owner;
};

struct uevents {
	struct loop *loop;
	struct loop_descriptor socket;
	struct uevent_subscriber *first;
	bool is_open; /* or tried to */
	bool is_dumb; /* the kernel reports nothing (no CONFIG_NET), which was logged */
};

void uevents_subscribe(struct uevents *uevents, struct uevent_subscriber *subscriber);

/* From now on the loop reads what the kernel reports. Again it does nothing. */
void uevents_open(struct uevents *uevents);

/* Reads what was reported until now, without waiting. Returns whether there was anything. */
bool uevents_read(struct uevents *uevents);

#endif
