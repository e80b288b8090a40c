/* SPDX-License-Identifier: MIT */
/* queue.h - modules of the image's table: each after what it needs, and several at a time. */
#ifndef RDINIT_MODULE_QUEUE_H
#define RDINIT_MODULE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "init/module/loader.h"
#include "init/pure/drivers.h"

#define LOADERS_MAX 16 /* children at a time */

enum driver_state {
	DRIVER_UNASKED,
	DRIVER_REFUSED, /* blacklisted, and a device asked; a module that needs it still gets it */
	DRIVER_QUEUED,
	DRIVER_LOADING,
	DRIVER_DONE, /* loaded, or tried */
};

struct module_queue {
	struct drivers drivers; /* the image's table; of no lines where it has none */
	unsigned char state[DRIVERS_MAX]; /* enum driver_state of each line */
	/* Lines, each once, in the order that they were asked for, each after what it needs; those
	 * before `head` are being loaded, or done. */
	uint16_t lines[DRIVERS_MAX];
	unsigned int head, count;
	unsigned int wanted; /* loaders at a time */
	bool is_starting; /* loaders; a result that comes meanwhile starts no more */
	struct loader loaders[LOADERS_MAX];
};

/* Puts the module on this line of the table into the queue, after what it needs; once, whatever
 * becomes of it. */
void module_queue_add(struct modules *modules, unsigned int line);

/* Starts to load what is in the queue, on more than one processor side by side. */
void module_queue_start(struct modules *modules);

/* Whether nothing is queued or being loaded; `argument` is the struct modules. */
bool module_queue_is_idle(void *argument);

/* Starts, and waits until it is idle. */
void module_queue_run(struct modules *modules);

#endif
