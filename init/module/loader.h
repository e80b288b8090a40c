/* SPDX-License-Identifier: MIT */
/* loader.h - a child that loads modules: one that hangs or crashes takes nobody along. */
#ifndef RDINIT_MODULE_LOADER_H
#define RDINIT_MODULE_LOADER_H

#include <stdbool.h>

#include "init/loop/loop.h"
#include "init/pure/drivers.h"

struct modules;

/* What is there already is neither loaded nor counted. */
#define MODULE_IS_THERE 1
#define KEYS_MAX DRIVERS_MAX

struct module_job {
	const char *path, *options;
	char path_text[DRIVER_PATH_MAX],
		options_text[DRIVER_OPTIONS_MAX]; /* if they need a place */
	unsigned int key; /* below KEYS_MAX: its own among the jobs of a batch */
	bool may_be_there; /* whether to look, which a packer's list need not */
};

/* Modules to load one after the other. */
struct batch {
	/* Job number `at`. Returns 0, or -errno where it cannot be read: then it is left out. The
	 * child calls it, too, at the same time as PID 1: it changes nothing. */
	int (*job)(const struct modules *modules, unsigned int at, struct module_job *job);
	/* What came of it: 0, MODULE_IS_THERE, -errno of the kernel; -EFAULT: the module crashed;
	 * -ETIMEDOUT: it did not end within the time that a root gets (rd.timeout=), at least 10 s.
	 */
	void (*done)(struct modules *modules, const struct module_job *job, int error);
	/* All of them are done. May be NULL. */
	void (*over)(struct modules *modules);
};

struct loader {
	struct loop_child child;
	struct modules *modules;
	const struct batch *batch;
	void *stack; /* of its children, one after the other; NULL: none yet */
	unsigned int at, end; /* the jobs that are not done */
};

/* Loads the jobs from number `at` on, before number `end`, in a child; where none can be started,
 * at once. Calls back as each is done. */
void loader_start(struct loader *loader, unsigned int at, unsigned int end);

bool loader_is_running(const struct loader *loader);

#endif
