/* loader.c - a child that loads modules: one that hangs or crashes takes nobody along. */
#include "init/module/loader.h"

#include <errno.h>
#include <unistd.h>

#include "init/module/module.h"
#include "init/pure/modlist.h"
#include "init/sys/crash.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define LIMIT_MIN_S 10 /* a driver waits for its hardware, whatever the root is given */

/* Built in, or loaded before: the kernel would check its signature before it says so. */
static int is_there(const char *path)
{
	char directory[sizeof("/sys/module/") + MODULE_NAME_SIZE] = "/sys/module/";
	char *name = directory + sizeof("/sys/module/") - 1;

	modlist_name(path, name, MODULE_NAME_SIZE);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
	return sys_access(directory, F_OK) == 0;
}

int loader_insert(const struct boot *boot, const struct module_job *job)
{
	return job->may_be_there && is_there(job->path)
		       ? MODULE_IS_THERE
		       : module_insert(boot, job->path, job->options);
}

#define NOT_TOLD INT16_MIN

/*
 * What children tell is in memory that they share with PID 1: one that told by a pipe would cost a
 * call, a wake-up and two switches for each module. A result is told by its module's key, so that
 * children that were left alone disturb nobody; one that finds another generation than its own when
 * it goes on has been left alone, and ends.
 */
struct told {
	volatile unsigned int generation;
	volatile int16_t error[KEYS_MAX];
};

static struct told *told(void)
{
	static struct told *shared;

	if (!shared)
		shared = sys_map_shared(sizeof(*shared));
	return shared;
}

struct work {
	struct boot *boot;
	const struct batch *batch;
	unsigned int at, end, generation;
};

static int in_child(void *argument)
{
	struct work *work = argument;
	struct module_job job;

	crash_release();
	do
		if (work->batch->job(work->boot, work->at, &job) == 0)
			told()->error[job.key] = (int16_t)loader_insert(work->boot, &job);
	while (++work->at < work->end && told()->generation == work->generation);
	return 0;
}

static int64_t limit_of(const struct settings *settings)
{
	int seconds = settings->timeout_s == WAIT_FOREVER ? ROOT_TIMEOUT_S : settings->timeout_s;

	return (int64_t)(seconds > LIMIT_MIN_S ? seconds : LIMIT_MIN_S) * 1000;
}

int loader_start(struct boot *boot, struct loader *loader, const struct batch *batch,
		 unsigned int at, unsigned int end)
{
	struct work work = { boot, batch, at, end, 0 };
	struct module_job job;
	int ends[2], pid, error = told() ? sys_pipe(ends) : -ENOMEM;

	if (error)
		return error;
	for (unsigned int i = at; i < end; i++)
		if (batch->job(boot, i, &job) == 0)
			told()->error[job.key] = NOT_TOLD;
	work.generation = told()->generation;
	/* Its end of the pipe is closed when the child ends, whatever becomes of it. */
	pid = sys_fork_apart(in_child, &work);
	sys_close(ends[1]);
	if (pid < 0) {
		sys_close(ends[0]);
		return pid;
	}
	*loader =
		(struct loader){ .pid = pid, .pipe = ends[0], .limit = limit_of(&boot->settings) };
	loader->deadline = sys_clock_ms() + loader->limit;
	return 0;
}

/* The child has told all, or has crashed. */
void loader_end(struct loader *loader)
{
	if (!loader->pid)
		return;
	sys_close(loader->pipe);
	sys_wait_apart(loader->pid);
	loader->pid = 0;
}

/* It is not killed: many a driver gives up its device when a signal comes, and this one may only be
 * slow. */
static int abandon(struct loader *loader)
{
	sys_close(loader->pipe);
	loader->pid = 0;
	return -ETIMEDOUT;
}

/* What the child told of the module that it was loading when it ended. */
static int end(struct loader *loader, unsigned int key)
{
	int error = told()->error[key];

	loader_end(loader);
	return error == NOT_TOLD ? -EFAULT : error;
}

unsigned int loader_next(struct loader *loaders, unsigned int count, int *error)
{
	struct pollfd news[LOADERS_MAX];

	for (;;) {
		int64_t deadline = NO_DEADLINE;

		for (unsigned int i = 0; i < count; i++) {
			news[i] = (struct pollfd){ .fd = loaders[i].pipe, .events = POLLIN };
			if (loaders[i].deadline < deadline)
				deadline = loaders[i].deadline;
		}
		sys_poll(news, count, devices_time_left(deadline));
		for (unsigned int i = 0; i < count; i++) {
			if (news[i].revents)
				*error = end(&loaders[i], loaders[i].key);
			else if (devices_time_left(loaders[i].deadline) == 0)
				*error = abandon(&loaders[i]);
			else
				continue;
			return i;
		}
	}
}

/* Until the child has told of this module, which may be while it loads another one already: it
 * wakes nobody before it ends. A module that hangs is found after one limit to two. */
static int wait_for(struct loader *loader, unsigned int key)
{
	struct pollfd news = { .fd = loader->pipe, .events = POLLIN };
	int error;

	while ((error = told()->error[key]) == NOT_TOLD) {
		if (sys_poll(&news, 1, devices_time_left(loader->deadline)) > 0)
			return end(loader, key);
		if (devices_time_left(loader->deadline) > 0)
			continue;
		if (told()->error[key] == NOT_TOLD) {
			told()->generation++;
			return abandon(loader);
		}
	}
	if (devices_time_left(loader->deadline) == 0)
		loader->deadline = sys_clock_ms() + loader->limit;
	return error;
}

/* A child that crashed, or is left to itself, has the next one in its place. */
void loader_run(struct boot *boot, const struct batch *batch)
{
	struct loader loader = { .pid = 0 };
	struct module_job job;
	int has_started = 0;

	for (unsigned int at = 0; at < batch->count; at++) {
		int is_told, error = 0;

		if (batch->job(boot, at, &job))
			continue;
		is_told = has_started && told()->error[job.key] != NOT_TOLD;
		if (!is_told && !loader.pid) {
			error = loader_start(boot, &loader, batch, at, batch->count);
			has_started |= !error;
		}
		batch->job(boot, at, &job); /* the start asked for the others */
		error = error ? loader_insert(boot, &job) : wait_for(&loader, job.key);
		batch->done(boot, &job, error);
	}
	loader_end(&loader);
}
