/* module_loader.c - a child that loads modules: one that hangs or crashes takes nobody along. */
#include "init/module_loader.h"

#include <errno.h>
#include <unistd.h>

#include "init/module.h"
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
	return is_there(job->path) ? MODULE_IS_THERE : module_insert(boot, job->path, job->options);
}

struct work {
	struct boot *boot;
	const struct batch *batch;
	unsigned int at, end;
	int pipe;
};

static int in_child(void *argument)
{
	struct work *work = argument;
	struct module_job job;

	crash_release();
	for (; work->at < work->end; work->at++) {
		int error = work->batch->job(work->boot, work->at, &job);

		if (error)
			continue;
		error = loader_insert(work->boot, &job);
		if (sys_write(work->pipe, &error, sizeof(error)) != sizeof(error))
			return 1;
	}
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
	struct work work = { boot, batch, at, end, -1 };
	int ends[2], pid, error = sys_pipe(ends);

	if (error)
		return error;
	work.pipe = ends[1];
	pid = sys_fork_apart(in_child, &work);
	sys_close(ends[1]);
	if (pid < 0) {
		sys_close(ends[0]);
		return pid;
	}
	loader->pid = pid;
	loader->pipe = ends[0];
	loader->limit = limit_of(&boot->settings);
	loader->deadline = sys_clock_ms() + loader->limit;
	return 0;
}

void loader_end(struct loader *loader)
{
	if (!loader->pid)
		return;
	sys_close(loader->pipe);
	sys_wait_apart(loader->pid);
	loader->pid = 0;
}

/* It is not killed: many a driver gives up its device when a signal comes, and this one may only be
 * slow. When it goes on, the closed pipe ends it. */
static void abandon(struct loader *loader)
{
	sys_close(loader->pipe);
	loader->pid = 0;
}

/* Whether the loader has a result to tell. */
static int take(struct loader *loader, int is_ready, int *error)
{
	long got = is_ready ? sys_read(loader->pipe, error, sizeof(*error)) : -EAGAIN;
	int64_t now = sys_clock_ms();

	if (got == sizeof(*error)) {
		loader->deadline = now + loader->limit;
		return 1;
	}
	if (is_ready && got != -EINTR && got != -EAGAIN) {
		*error = -EFAULT;
		loader_end(loader);
		return 1;
	}
	if (now < loader->deadline)
		return 0;
	*error = -ETIMEDOUT;
	abandon(loader);
	return 1;
}

static void wait_for_news(const struct loader *loaders, unsigned int count, struct pollfd *news)
{
	int64_t deadline = NO_DEADLINE;

	for (unsigned int i = 0; i < count; i++) {
		news[i] = (struct pollfd){ .fd = loaders[i].pid ? loaders[i].pipe : -1,
					   .events = POLLIN };
		if (loaders[i].pid && loaders[i].deadline < deadline)
			deadline = loaders[i].deadline;
	}
	sys_poll(news, count, devices_time_left(deadline));
}

unsigned int loader_next(struct loader *loaders, unsigned int count, int *error)
{
	struct pollfd news[LOADERS_MAX];

	for (;;) {
		wait_for_news(loaders, count, news);
		for (unsigned int i = 0; i < count; i++)
			if (loaders[i].pid && take(&loaders[i], news[i].revents != 0, error))
				return i;
	}
}

/* A child that is gone, or left to itself, has the next one in its place. */
void loader_run(struct boot *boot, const struct batch *batch)
{
	struct loader loader = { .pid = 0 };
	struct module_job job;

	for (unsigned int at = 0; at < batch->count; at++) {
		int error;

		if (batch->job(boot, at, &job))
			continue;
		if (!loader.pid && loader_start(boot, &loader, batch, at, batch->count))
			error = loader_insert(boot, &job);
		else
			loader_next(&loader, 1, &error);
		batch->done(boot, &job, error);
	}
	loader_end(&loader);
}
