// SPDX-License-Identifier: MIT
/* queue.c - load modules of the drivers table: each after its dependencies, several in parallel. */
#include "init/module/module.h"

#include <errno.h>

#include "init/pure/paths.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define NEEDS_DEPTH 32 /* length of a chain of dependencies; Debian has up to 8 */

/* --- the queue --- */

static void add(struct modules *modules, unsigned int line, int depth);

static void add_needs(struct modules *modules, struct span needs, unsigned int line, int depth)
{
	unsigned int needed;

	while (drivers_number(&needs, line, &needed))
		add(modules, needed, depth + 1);
	if (needs.len && !(needs.len == 1 && needs.data[0] == '-'))
		log_warn(-EINVAL, "read the needs on line %u of " DRIVERS_FILE, line + 1);
}

static void add(struct modules *modules, unsigned int line, int depth)
{
	struct module_queue *queue = &modules->queue;
	enum driver_state state = queue->state[line];
	struct driver driver;

	if ((state != DRIVER_UNASKED && state != DRIVER_REFUSED) ||
	    drivers_at(&queue->drivers, line, &driver))
		return;
	queue->state[line] = DRIVER_DONE;
	if (depth > NEEDS_DEPTH || driver.path.len >= DRIVER_PATH_MAX ||
	    driver.options.len >= DRIVER_OPTIONS_MAX) {
		log_warn(-E2BIG, "load the module on line %u of " DRIVERS_FILE, line + 1);
		return;
	}
	queue->state[line] = DRIVER_QUEUED;
	add_needs(modules, driver.needs, line, depth);
	queue->lines[queue->count++] = (uint16_t)line;
}

void module_queue_add(struct modules *modules, unsigned int line)
{
	add(modules, line, 0);
}

/* --- the work --- */

/* add() queued only lines whose path and options fit. */
static int job_at(const struct modules *modules, unsigned int at, struct module_job *job)
{
	unsigned int line = modules->queue.lines[at];
	struct driver driver;
	int error = drivers_at(&modules->queue.drivers, line, &driver);

	if (!error)
		error = span_text(driver.path, job->path_text, sizeof(job->path_text));
	if (!error)
		error = span_text(driver.options, job->options_text, sizeof(job->options_text));
	job->path = job->path_text;
	job->options = job->options_text;
	job->key = line;
	job->may_be_loaded = true;
	return error;
}

static void done(struct modules *modules, const struct module_job *job, int error)
{
	modules->queue.state[job->key] = DRIVER_DONE;
	if (error != MODULE_WAS_LOADED)
		module_account(modules, job->path, error);
}

static const struct batch batch = { job_at, done, module_queue_start };

static bool is_ready(const struct module_queue *queue, unsigned int line)
{
	struct driver driver;
	unsigned int needed;

	if (drivers_at(&queue->drivers, line, &driver))
		return true;
	while (drivers_number(&driver.needs, line, &needed))
		if (queue->state[needed] != DRIVER_DONE)
			return false;
	return true;
}

/* Checking signatures takes most of the time, and runs in parallel. */
static unsigned int loaders_wanted(void)
{
	int processors = sys_processors();

	if (processors < 2)
		return 1;
	return processors < LOADERS_MAX ? (unsigned int)processors : LOADERS_MAX;
}

static bool is_loading(const struct module_queue *queue)
{
	for (unsigned int i = 0; i < queue->wanted; i++)
		if (loader_is_running(&queue->loaders[i]))
			return true;
	return false;
}

static struct loader *free_loader(struct modules *modules)
{
	struct module_queue *queue = &modules->queue;

	for (unsigned int i = 0; i < queue->wanted; i++)
		if (!loader_is_running(&queue->loaders[i])) {
			queue->loaders[i].modules = modules;
			queue->loaders[i].batch = &batch;
			return &queue->loaders[i];
		}
	return NULL;
}

/* With one loader a single child loads all of them. */
static void start_all(struct modules *modules, struct loader *loader)
{
	struct module_queue *queue = &modules->queue;
	unsigned int at = queue->head;

	queue->head = queue->count;
	for (unsigned int i = at; i < queue->count; i++)
		queue->state[queue->lines[i]] = DRIVER_LOADING;
	loader_start(loader, at, queue->count);
}

/* Starts the first module whose dependencies are loaded. Returns whether there is one. */
static bool start_ready(struct modules *modules, struct loader *loader)
{
	struct module_queue *queue = &modules->queue;

	for (unsigned int at = queue->head; at < queue->count; at++) {
		unsigned int line = queue->lines[at];

		if (queue->state[line] != DRIVER_QUEUED || !is_ready(queue, line))
			continue;
		queue->state[line] = DRIVER_LOADING;
		loader_start(loader, at, at + 1);
		return true;
	}
	return false;
}

/* A module that started before an earlier one stays in the list until that one starts. */
static void skip_started(struct module_queue *queue)
{
	while (queue->head < queue->count &&
	       queue->state[queue->lines[queue->head]] != DRIVER_QUEUED)
		queue->head++;
}

void module_queue_start(struct modules *modules)
{
	struct module_queue *queue = &modules->queue;
	struct loader *loader;
	bool is_more = true;

	if (queue->is_starting || queue->head == queue->count)
		return;
	queue->is_starting = true;
	if (!is_loading(queue))
		queue->wanted = queue->count - queue->head > 1 ? loaders_wanted() : 1;
	while (is_more && queue->head < queue->count && (loader = free_loader(modules))) {
		if (queue->wanted == 1)
			start_all(modules, loader);
		else
			is_more = start_ready(modules, loader);
		skip_started(queue);
	}
	queue->is_starting = false;
}

bool module_queue_is_idle(void *argument)
{
	const struct modules *modules = argument;

	return modules->queue.head == modules->queue.count && !is_loading(&modules->queue);
}

void module_queue_run(struct modules *modules)
{
	module_queue_start(modules);
	loop_run(modules->devices->loop, module_queue_is_idle, modules, NO_DEADLINE);
}
