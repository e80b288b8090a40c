// SPDX-License-Identifier: MIT
/* loader.c - a child that loads modules: one that hangs or crashes takes nobody along. */
#include "init/module/loader.h"

#include <errno.h>
#include <unistd.h>

#include "init/module/module.h"
#include "init/pure/modlist.h"
#include "init/pure/modname.h"
#include "init/sys/sys.h"

#define LIMIT_MIN_S 10 /* a driver waits for its hardware, whatever the root is given */

/* Built in, or loaded before: the kernel would check its signature before it says so. */
static bool is_there(const char *path)
{
	char directory[sizeof("/sys/module/") + MODULE_NAME_SIZE] = "/sys/module/";
	char *name = directory + sizeof("/sys/module/") - 1;

	modlist_name(path, name, MODULE_NAME_SIZE);
	modname_normalize(name);
	return sys_access(directory, F_OK) == 0;
}

static int insert(const struct modules *modules, const struct module_job *job)
{
	return job->may_be_there && is_there(job->path)
		       ? MODULE_IS_THERE
		       : module_insert(modules, job->path, job->options);
}

#define NO_RESULT INT16_MIN

/*
 * A child works in the memory of PID 1 (a copy of it would cost more than most modules), and leaves
 * each result there by the module's key, so that children that were left alone disturb nobody.
 * One that finds another generation than its own when it goes on has been left alone, and ends.
 */
static volatile int16_t results[KEYS_MAX];
static volatile unsigned int generation;

#define STACK_SIZE 16384 /* bytes; a job and its options are 3 KiB */

/* At the low end of the child's stack: nothing else is its own as long as it lives. */
struct work {
	const struct modules *modules;
	const struct batch *batch;
	unsigned int at, end, generation;
};

/* A fault in here ends the child without a core dump (crash.c), for which the kernel ends every
 * process that shares its memory (before Linux 5.17). */
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

/* The next job is done. */
static void account(struct loader *loader, int error)
{
	struct module_job job;

	if (loader->batch->job(loader->modules, loader->at++, &job) == 0)
		loader->batch->done(loader->modules, &job, error);
}

/* Those that the child has told of. Returns how many. */
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
 * A child that ended before all was done has crashed in the module that it had come to. One that
 * is late, and has told of nothing since it was asked last, hangs in it; it is not killed: many a
 * driver gives up its device when a signal comes, and this one may only be slow. So a module that
 * hangs is found after one limit to two.
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
		loader->stack = NULL; /* still the child's */
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
	pid = sys_spawn_beside(loader->stack, STACK_SIZE, in_child, work);
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
