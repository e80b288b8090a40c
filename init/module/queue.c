/* queue.c - modules of the table: each behind what it needs, and several side by side. */
#include <errno.h>

#include "init/module/module.h"
#include "init/module/loader.h"
#include "init/pure/paths.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define NEEDS_DEPTH 32 /* modules that need one another, in a row; Debian has up to 8 */

/* --- the queue --- */

static void add(struct boot *boot, unsigned int line, int depth);

static void add_needs(struct boot *boot, struct span needs, unsigned int line, int depth)
{
	unsigned int needed;

	while (drivers_number(&needs, line, &needed))
		add(boot, needed, depth + 1);
	if (needs.len && !(needs.len == 1 && needs.data[0] == '-'))
		log_warn(-EINVAL, "read what line %u of " DRIVERS_FILE " needs", line + 1);
}

static void add(struct boot *boot, unsigned int line, int depth)
{
	enum driver_state state = boot->driver_state[line];
	struct driver driver;

	if ((state != DRIVER_UNASKED && state != DRIVER_REFUSED) ||
	    drivers_at(&boot->drivers, line, &driver))
		return;
	boot->driver_state[line] = DRIVER_DONE;
	if (depth > NEEDS_DEPTH || driver.path.len >= DRIVER_PATH_MAX ||
	    driver.options.len >= DRIVER_OPTIONS_MAX) {
		log_warn(-E2BIG, "load the module on line %u of " DRIVERS_FILE, line + 1);
		return;
	}
	boot->driver_state[line] = DRIVER_QUEUED;
	add_needs(boot, driver.needs, line, depth);
	boot->driver_queue[boot->driver_queued++] = (uint16_t)line;
}

void module_queue_add(struct boot *boot, unsigned int line)
{
	add(boot, line, 0);
}

/* --- the work --- */

static void account(struct boot *boot, const struct module_job *job, int error)
{
	boot->driver_state[job->key] = DRIVER_DONE;
	if (error != MODULE_IS_THERE)
		module_account(boot, job->path, error);
}

/* Of the table only lines whose path and options fit were queued. */
static int job_of(struct boot *boot, unsigned int line, struct module_job *job)
{
	static char path[DRIVER_PATH_MAX], options[DRIVER_OPTIONS_MAX];
	struct driver driver;
	int error = drivers_at(&boot->drivers, line, &driver);

	if (!error)
		error = span_text(driver.path, path, sizeof(path));
	if (!error)
		error = span_text(driver.options, options, sizeof(options));
	*job = (struct module_job){ path, options, line, 1 };
	return error;
}

static int queued(struct boot *boot, unsigned int at, struct module_job *job)
{
	return job_of(boot, boot->driver_queue[at], job);
}

static void run_one_by_one(struct boot *boot)
{
	struct batch batch = { boot->driver_queued, queued, account };

	loader_run(boot, &batch);
	boot->driver_queued = 0;
}

/* --- side by side: most of the time goes into checking signatures --- */

struct loaders {
	struct loader all[LOADERS_MAX];
	unsigned int count, wanted;
};

static void start(struct boot *boot, struct loaders *loaders, unsigned int at)
{
	static const struct batch batch = { DRIVERS_MAX, queued, account };
	struct loader *loader = &loaders->all[loaders->count];
	struct module_job job;

	if (loader_start(boot, loader, &batch, at, at + 1) == 0) {
		loader->key = boot->driver_queue[at];
		loaders->count++;
	} else if (queued(boot, at, &job) == 0) {
		account(boot, &job, loader_insert(boot, &job));
	}
}

/* One of them, whichever tells first. */
static void finish(struct boot *boot, struct loaders *loaders)
{
	struct module_job job;
	int error;
	unsigned int at = loader_next(loaders->all, loaders->count, &error);
	unsigned int line = loaders->all[at].key;

	loaders->all[at] = loaders->all[--loaders->count];
	boot->driver_state[line] = DRIVER_DONE;
	if (job_of(boot, line, &job) == 0)
		account(boot, &job, error);
}

static int is_ready(const struct boot *boot, unsigned int line)
{
	struct driver driver;
	unsigned int needed;

	if (drivers_at(&boot->drivers, line, &driver))
		return 1;
	while (drivers_number(&driver.needs, line, &needed))
		if (boot->driver_state[needed] != DRIVER_DONE)
			return 0;
	return 1;
}

static void start_ready(struct boot *boot, struct loaders *loaders)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < boot->driver_queued; i++) {
		unsigned int line = boot->driver_queue[i];

		if (loaders->count < loaders->wanted && is_ready(boot, line))
			start(boot, loaders, i);
		else
			boot->driver_queue[left++] = (uint16_t)line;
	}
	boot->driver_queued = left;
}

static void run_side_by_side(struct boot *boot, unsigned int wanted)
{
	struct loaders loaders = { .wanted = wanted };

	while (boot->driver_queued || loaders.count) {
		start_ready(boot, &loaders);
		if (loaders.count)
			finish(boot, &loaders);
	}
}

static unsigned int loaders_wanted(void)
{
	int processors = sys_processors();

	if (processors < 2)
		return 1;
	return processors < LOADERS_MAX ? (unsigned int)processors : LOADERS_MAX;
}

int module_queue_run(struct boot *boot)
{
	unsigned int wanted = boot->driver_queued > 1 ? loaders_wanted() : 1;
	int is_any = boot->driver_queued > 0;

	if (wanted > 1)
		run_side_by_side(boot, wanted);
	else
		run_one_by_one(boot);
	return is_any;
}
