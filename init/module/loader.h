/* loader.h - a child that loads modules: one that hangs or crashes takes nobody along. */
#ifndef RDINIT_MODULE_LOADER_H
#define RDINIT_MODULE_LOADER_H

#include <stdint.h>

#include "init/boot.h"

#define LOADERS_MAX 16 /* children at a time */

/* What is there already is neither loaded nor counted. */
#define MODULE_IS_THERE 1
#define KEYS_MAX DRIVERS_MAX

struct module_job {
	const char *path, *options; /* valid until another job is asked for */
	unsigned int key; /* below KEYS_MAX: its own among the jobs of a batch */
	int may_be_there; /* whether to look, which a packer's list need not */
};

/* Modules to load one after the other. */
struct batch {
	unsigned int count;
	/* Job number `at`. Returns 0, or -errno where it cannot be read: then it is left out. */
	int (*job)(struct boot *boot, unsigned int at, struct module_job *job);
	/* What came of it: 0, MODULE_IS_THERE, -errno of the kernel; -EFAULT: the module crashed;
	 * -ETIMEDOUT: it did not end within the time that a root gets (rd.timeout=), at least 10 s.
	 */
	void (*done)(struct boot *boot, const struct module_job *job, int error);
};

/* Loads all of them in a child, or without one where none can be started, and returns when each is
 * done. */
void loader_run(struct boot *boot, const struct batch *batch);

struct loader {
	int pid; /* 0: none runs */
	int pipe; /* its other end is closed when the child ends */
	unsigned int key; /* of the module of a child that loads one; its caller's */
	int64_t limit; /* for one module, ms */
	int64_t deadline; /* ms of sys_clock_ms() */
};

/* Starts a child that loads the jobs from number `at` on, before number `end`. Returns 0 or
 * -errno. */
int loader_start(struct boot *boot, struct loader *loader, const struct batch *batch,
		 unsigned int at, unsigned int end);

/* Waits until the first of children that load one module each has ended, or its time is over.
 * Returns its index, and `error` as for done() above; its `pid` is then 0. All of `loaders` must
 * run. */
unsigned int loader_next(struct loader *loaders, unsigned int count, int *error);

/* Closes the pipe, and reaps the child, which has told all it had to tell. */
void loader_end(struct loader *loader);

/* What the child does. Returns 0, MODULE_IS_THERE or -errno. */
int loader_insert(const struct boot *boot, const struct module_job *job);

#endif
