/* SPDX-License-Identifier: MIT */
/* loader.h - load modules in a child, so that one that hangs or crashes does not stop PID 1. */
#ifndef RDINIT_MODULE_LOADER_H
#define RDINIT_MODULE_LOADER_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/drivers.h"

struct modules;

/* The module was loaded already, or is built in: not counted. */
#define MODULE_WAS_LOADED 1
#define KEYS_MAX DRIVERS_MAX

struct module_job {
	const char *path, *options;
	char path_text[DRIVER_PATH_MAX],
		options_text[DRIVER_OPTIONS_MAX]; /* storage for both, if needed */
	unsigned int key; /* below KEYS_MAX, unique in the batch */
	bool may_be_loaded; /* check first; not needed for modules of MODULES_FILE */
};

/* Modules to load in their order. */
struct batch {
	/* Reads job number `at`. Returns 0, or -errno: then the job is skipped. PID 1 and the child
	 * call it at the same time: it must not write elsewhere. */
	int (*job)(const struct modules *modules, unsigned int at, struct module_job *job);
	/* Receives the result: 0, MODULE_WAS_LOADED, -errno of the kernel; -EFAULT: the module
	 * crashed; -ETIMEDOUT: it did not load within rd.timeout=, at least 10 s. */
	void (*done)(struct modules *modules, const struct module_job *job, int error);
	/* Called after the last job. May be NULL. */
	void (*over)(struct modules *modules);
};

struct loader {
	struct loop_child child;
	struct modules *modules;
	const struct batch *batch;
	void *stack; /* of its current child; NULL: not allocated */
	unsigned int at, end; /* the remaining jobs */
};

/* Loads the modules of jobs `at` to `end` - 1 in a child; in PID 1 if no child can be started.
 * Calls batch->done() after each. */
void loader_start(struct loader *loader, unsigned int at, unsigned int end);

bool loader_is_running(const struct loader *loader);

#endif
