/* SPDX-License-Identifier: MIT */
/* queue.h - load modules of the drivers table: each after its dependencies, several in parallel. */
#ifndef RDINIT_MODULE_QUEUE_H
#define RDINIT_MODULE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "init/module/loader.h"
#include "init/pure/drivers.h"

#define LOADERS_MAX 16 /* children at a time */

enum driver_state {
	DRIVER_UNASKED,
	DRIVER_REFUSED, /* blacklisted for devices; loaded if another module needs it */
	DRIVER_QUEUED,
	DRIVER_LOADING,
	DRIVER_DONE, /* loaded, or failed */
};

struct module_queue {
	struct drivers drivers; /* the image's table; no lines if it has none */
	unsigned char state[DRIVERS_MAX]; /* enum driver_state of each line */
	/* Lines of the table, each once and after its dependencies. All before `head` have been
	 * started. */
	uint16_t lines[DRIVERS_MAX];
	unsigned int head, count;
	unsigned int wanted; /* how many loaders run in parallel */
	bool is_starting; /* module_queue_start() runs: a result meanwhile must not call it */
	struct loader loaders[LOADERS_MAX];
};

/* Queues the module on this line of the table after its dependencies. Each is queued only once,
 * even if it fails. */
void module_queue_add(struct modules *modules, unsigned int line);

/* Starts to load the queued modules, in parallel on several processors. Does not wait. */
void module_queue_start(struct modules *modules);

/* Whether no module is queued or loading. `argument`: struct modules. */
bool module_queue_is_idle(void *argument);

/* Loads the queued modules, and waits until the queue is idle. */
void module_queue_run(struct modules *modules);

#endif
