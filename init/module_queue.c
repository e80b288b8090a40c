/* module_queue.c - modules of the table: each behind what it needs, and several side by side. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/module.h"
#include "init/pure/modlist.h"
#include "init/sys/crash.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define TABLE "/etc/rdinit/drivers"
#define NEEDS_DEPTH 32 /* modules that need one another, in a row; Debian has up to 8 */
#define LOADERS_MAX 16 /* children at a time */

/* A child that loads one module: most of the time goes into checking its signature. */
struct loader {
	int pid;
	unsigned int line;
};

struct loaders {
	struct loader all[LOADERS_MAX];
	unsigned int count, wanted; /* wanted 0: no children, on a machine of one processor */
};

/* --- the queue --- */

static void add(struct boot *boot, unsigned int line, int depth);

static void add_needs(struct boot *boot, struct span needs, unsigned int line, int depth)
{
	unsigned int needed;

	while (drivers_number(&needs, line, &needed))
		add(boot, needed, depth + 1);
	if (needs.len && !(needs.len == 1 && needs.data[0] == '-'))
		log_warn(-EINVAL, "read what line %u of " TABLE " needs", line + 1);
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
		log_warn(-E2BIG, "load the module on line %u of " TABLE, line + 1);
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

/* It may be built in, or from the list: the kernel would check its signature before it says so. */
static int is_loaded(const char *path)
{
	char place[sizeof("/sys/module/") + MODULE_NAME_SIZE] = "/sys/module/";
	char *name = place + strlen(place);

	modlist_name(path, name, MODULE_NAME_SIZE);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
	return sys_access(place, F_OK) == 0;
}

/* Of what the table has only lines whose path and options fit were queued. */
static int read_line(const struct boot *boot, unsigned int line, struct driver *driver,
		     char path[DRIVER_PATH_MAX])
{
	int error = drivers_at(&boot->drivers, line, driver);

	return error ? error : span_text(driver->path, path, DRIVER_PATH_MAX);
}

struct job {
	const struct boot *boot;
	const char *path, *options;
};

/* The kernel's code for errors has more numbers than an exit status. */
static int in_child(void *argument)
{
	const struct job *job = argument;
	int error;

	crash_release();
	error = module_insert(job->boot, job->path, job->options);
	return error < -255 ? 255 : -error;
}

static void start(struct boot *boot, struct loaders *loaders, unsigned int line)
{
	char path[DRIVER_PATH_MAX], options[DRIVER_OPTIONS_MAX];
	struct job job = { boot, path, options };
	struct driver driver;
	int pid = 0;

	boot->driver_state[line] = DRIVER_DONE;
	if (read_line(boot, line, &driver, path) ||
	    span_text(driver.options, options, sizeof(options)) || is_loaded(path))
		return;
	if (loaders->wanted)
		pid = sys_fork_apart(in_child, &job);
	if (pid > 0) {
		boot->driver_state[line] = DRIVER_QUEUED;
		loaders->all[loaders->count++] = (struct loader){ pid, line };
	} else {
		module_load(boot, path, options);
	}
}

/* A module whose own code crashes takes its loader with it. */
static int error_of(int status)
{
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EFAULT;
}

static void account(struct boot *boot, unsigned int line, int error)
{
	char path[DRIVER_PATH_MAX];
	struct driver driver;

	boot->driver_state[line] = DRIVER_DONE;
	if (read_line(boot, line, &driver, path) == 0)
		module_account(boot, path, error);
}

/* One of them, whichever ends first; all, where the kernel knows of none. */
static void finish(struct boot *boot, struct loaders *loaders)
{
	int status = 0, pid = sys_wait_apart(&status);
	unsigned int left = 0;

	for (unsigned int i = 0; i < loaders->count; i++) {
		const struct loader *loader = &loaders->all[i];

		if (pid < 0 || loader->pid == pid)
			account(boot, loader->line, pid < 0 ? pid : error_of(status));
		else
			loaders->all[left++] = *loader;
	}
	loaders->count = left;
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

/* A module stands behind what it needs: where one is loaded after the other, all are ready. */
static void start_ready(struct boot *boot, struct loaders *loaders)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < boot->driver_queued; i++) {
		unsigned int line = boot->driver_queue[i];
		int is_room = !loaders->wanted || loaders->count < loaders->wanted;

		if (is_room && is_ready(boot, line))
			start(boot, loaders, line);
		else
			boot->driver_queue[left++] = (uint16_t)line;
	}
	boot->driver_queued = left;
}

static unsigned int loaders_wanted(void)
{
	int processors = sys_processors();

	if (processors < 2)
		return 0;
	return processors < LOADERS_MAX ? (unsigned int)processors : LOADERS_MAX;
}

int module_queue_run(struct boot *boot)
{
	struct loaders loaders = { .count = 0 };
	int is_any = boot->driver_queued > 0;

	if (boot->driver_queued > 1)
		loaders.wanted = loaders_wanted();
	while (boot->driver_queued || loaders.count) {
		start_ready(boot, &loaders);
		if (loaders.count)
			finish(boot, &loaders);
	}
	return is_any;
}
