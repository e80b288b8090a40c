// SPDX-License-Identifier: MIT
/* loader.c - a child that loads modules: one that hangs or crashes takes nobody along. */
#include "init/module/loader.h"

#include <errno.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/module/module.h"
#include "init/pure/modlist.h"
#include "init/sys/crash.h"
#include "init/sys/sys.h"

#define LIMIT_MIN_S 10 /* a driver waits for its hardware, whatever the root is given */

/* Built in, or loaded before: the kernel would check its signature before it says so. */
static bool is_there(const char *path)
{
	char directory[sizeof("/sys/module/") + MODULE_NAME_SIZE] = "/sys/module/";
	char *name = directory + sizeof("/sys/module/") - 1;

	modlist_name(path, name, MODULE_NAME_SIZE);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
	return sys_access(directory, F_OK) == 0;
}

static int insert(const struct boot *boot, const struct module_job *job)
{
	return job->may_be_there && is_there(job->path)
		       ? MODULE_IS_THERE
		       : module_insert(boot, job->path, job->options);
}

#define NO_RESULT INT16_MIN

/*
 * What children report is in memory that they share with PID 1: one that reported by a pipe would
 * cost a call, a wake-up and two switches for each module. A result is stored by its module's key,
 * so that children that were left alone disturb nobody; one that finds another generation than its
 * own when it goes on has been left alone, and ends.
 */
struct results {
	volatile unsigned int generation;
	volatile int16_t error[KEYS_MAX];
};

static struct results *results(void)
{
	static struct results *shared;

	if (!shared)
		shared = sys_map_shared(sizeof(*shared));
	return shared;
}

struct work {
	const struct loader *loader;
	unsigned int generation;
};

static int in_child(void *argument)
{
	const struct work *work = argument;
	const struct loader *loader = work->loader;
	struct module_job job;

	crash_release();
	stdio_release(&loader->boot->stdio);
	for (unsigned int at = loader->at;
	     at < loader->end && results()->generation == work->generation; at++)
		if (loader->batch->job(loader->boot, at, &job) == 0)
			results()->error[job.key] = (int16_t)insert(loader->boot, &job);
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

	if (loader->batch->job(loader->boot, loader->at++, &job) == 0)
		loader->batch->done(loader->boot, &job, error);
}

/* Those that the child has told of. Returns how many. */
static unsigned int account_results(struct loader *loader)
{
	unsigned int count = 0;
	struct module_job job;

	for (; loader->at < loader->end; count++) {
		bool is_job = loader->batch->job(loader->boot, loader->at, &job) == 0;

		if (is_job && results()->error[job.key] == NO_RESULT)
			break;
		account(loader, is_job ? results()->error[job.key] : 0);
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
		loader->child.deadline = limit_of(&loader->boot->settings);
		loop_add_child(&loader->boot->loop, &loader->child);
		return;
	}
	loader->child.pid = 0;
	if (status == LOOP_LATE)
		results()->generation++;
	if (loader->at < loader->end)
		account(loader, status == LOOP_LATE ? -ETIMEDOUT : -EFAULT);
	go_on(loader);
}

static int start_child(struct loader *loader)
{
	struct work work = { loader, 0 };
	struct module_job job;
	int pid;

	if (!results())
		return -ENOMEM;
	for (unsigned int at = loader->at; at < loader->end; at++)
		if (loader->batch->job(loader->boot, at, &job) == 0)
			results()->error[job.key] = NO_RESULT;
	work.generation = results()->generation;
	pid = sys_fork(in_child, &work);
	if (pid < 0)
		return pid;
	loader->child = (struct loop_child){ .node.owner = loader,
					     .pid = pid,
					     .deadline = limit_of(&loader->boot->settings),
					     .ended = ended };
	loop_add_child(&loader->boot->loop, &loader->child);
	return 0;
}

static void go_on(struct loader *loader)
{
	struct module_job job;

	while (loader->at < loader->end) {
		if (start_child(loader) == 0)
			return;
		account(loader, loader->batch->job(loader->boot, loader->at, &job) == 0
					? insert(loader->boot, &job)
					: 0);
	}
	if (loader->batch->over)
		loader->batch->over(loader->boot);
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
