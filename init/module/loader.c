// SPDX-License-Identifier: MIT
/* loader.c - load modules in a child, so that one that hangs or crashes does not stop PID 1. */
#include "init/module/loader.h"

#include <errno.h>
#include <unistd.h>

#include "init/module/module.h"
#include "init/pure/modlist.h"
#include "init/pure/modname.h"
#include "init/sys/sys.h"

#define LIMIT_MIN_S 10 /* drivers wait for hardware, even if rd.timeout= is shorter */

/* Whether it is built in or loaded. finit_module(2) reports that only after checking the signature.
 */
static bool is_loaded(const char *path)
{
	char directory[sizeof("/sys/module/") + MODULE_NAME_SIZE] = "/sys/module/";
	char *name = directory + sizeof("/sys/module/") - 1;

	modlist_name(path, name, MODULE_NAME_SIZE);
	modname_normalize(name);
	return sys_access(directory, F_OK) == 0;
}

static int insert(const struct modules *modules, const struct module_job *job)
{
	return job->may_be_loaded && is_loaded(job->path)
		       ? MODULE_WAS_LOADED
		       : module_insert(modules, job->path, job->options);
}

#define NO_RESULT INT16_MIN

/*
 * A child shares the memory of PID 1 (copying it would cost more than most modules). It stores each
 * result at the module's key, so that an abandoned child overwrites no other result. PID 1 abandons
 * a child by a new generation: the child compares before each job, and exits.
 */
static volatile int16_t results[KEYS_MAX];
static volatile unsigned int generation;

#define STACK_SIZE 16384 /* bytes; a job and its options are 3 KiB */

/* At the low end of the child's stack, the only memory that is reserved for it while it runs. */
struct work {
	const struct modules *modules;
	const struct batch *batch;
	unsigned int at, end, generation;
};

/* A fault here kills the child without a core dump (crash.c): before Linux 5.17 the kernel kills
 * every process that shares the memory for a dump. */
static int in_child(void *argument)
{
	const struct work *work = argument;
	struct module_job job;

	sys_close_all();
	for (unsigned int at = work->at; at < work->end && generation == work->generation; at++)
		if (work->batch->job(work->modules, at, &job) == 0)
			results[job.key] = (int16_t)insert(work->modules, &job);
	return 0;
}

static int64_t limit_of(const struct settings *settings)
{
	int seconds = settings->timeout_s == WAIT_FOREVER ? ROOT_TIMEOUT_S : settings->timeout_s;

	return sys_clock_ms() + (int64_t)(seconds > LIMIT_MIN_S ? seconds : LIMIT_MIN_S) * 1000;
}

/* Reports the result of the next job. */
static void account(struct loader *loader, int error)
{
	struct module_job job;

	if (loader->batch->job(loader->modules, loader->at++, &job) == 0)
		loader->batch->done(loader->modules, &job, error);
}

/* Reports the results that the child has stored. Returns how many. */
static unsigned int account_results(struct loader *loader)
{
	unsigned int count = 0;
	struct module_job job;

	for (; loader->at < loader->end; count++) {
		bool is_job = loader->batch->job(loader->modules, loader->at, &job) == 0;

		if (is_job && results[job.key] == NO_RESULT)
			break;
		account(loader, is_job ? results[job.key] : 0);
	}
	return count;
}

static void go_on(struct loader *loader);

/*
 * If the child exited before its last job, the current module crashed it. If it stored no result
 * since the last deadline, the current module hangs. It is not killed: many drivers give up their
 * device after a signal, and it may only be slow. So a hanging module is detected after one to two
 * limits.
 */
static void ended(void *owner, int status)
{
	struct loader *loader = owner;
	unsigned int count = account_results(loader);

	if (status == LOOP_LATE && count) {
		loader->child.deadline = limit_of(loader->modules->settings);
		loop_add_child(loader->modules->devices->loop, &loader->child);
		return;
	}
	loader->child.pid = 0;
	if (status == LOOP_LATE) {
		loader->stack = NULL; /* the child still uses it */
		generation++;
	}
	if (loader->at < loader->end)
		account(loader, status == LOOP_LATE ? -ETIMEDOUT : -EFAULT);
	go_on(loader);
}

static int start_child(struct loader *loader)
{
	struct module_job job;
	struct work *work;
	int pid;

	if (!loader->stack)
		loader->stack = sys_map_memory(STACK_SIZE, MEMORY_OWN);
	work = loader->stack;
	if (!work)
		return -ENOMEM;
	*work = (struct work){ loader->modules, loader->batch, loader->at, loader->end,
			       generation };
	for (unsigned int at = loader->at; at < loader->end; at++)
		if (loader->batch->job(loader->modules, at, &job) == 0)
			results[job.key] = NO_RESULT;
	pid = sys_clone_vm(loader->stack, STACK_SIZE, in_child, work);
	if (pid < 0)
		return pid;
	loader->child = (struct loop_child){ .node.owner = loader,
					     .pid = pid,
					     .deadline = limit_of(loader->modules->settings),
					     .ended = ended };
	loop_add_child(loader->modules->devices->loop, &loader->child);
	return 0;
}

static void go_on(struct loader *loader)
{
	struct module_job job;

	while (loader->at < loader->end) {
		if (start_child(loader) == 0)
			return;
		account(loader, loader->batch->job(loader->modules, loader->at, &job) == 0
					? insert(loader->modules, &job)
					: 0);
	}
	if (loader->batch->over)
		loader->batch->over(loader->modules);
}

void loader_start(struct loader *loader, unsigned int at, unsigned int end)
{
	loader->at = at;
	loader->end = end;
	go_on(loader);
}

bool loader_is_running(const struct loader *loader)
{
	return loader->child.pid != 0;
}
