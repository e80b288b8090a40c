// SPDX-License-Identifier: MIT
/* modules.c - load the image's modules: those of its list, then those that devices need. */
#include <errno.h>

#include "init/boot.h"
#include "init/module/module.h"
#include "init/pure/modlist.h"
#include "init/pure/paths.h"
#include "init/sys/file.h"
#include "init/sys/log.h"

#define LISTED_MAX 128 /* modules that one child loads; another child loads the next ones */

static struct module_line listed[LISTED_MAX];

static int job_at(const struct modules *modules, unsigned int at, struct module_job *job)
{
	(void)modules;
	job->path = listed[at].path;
	job->options = listed[at].options;
	job->key = at;
	job->may_be_loaded = false;
	return 0;
}

static void done(struct modules *modules, const struct module_job *job, int error)
{
	module_account(modules, job->path, error);
}

static bool is_over(void *loader)
{
	return !loader_is_running(loader);
}

int modules_load_listed(struct boot *boot)
{
	static const struct batch batch = { job_at, done, NULL };
	static char list[MODULE_LIST_MAX];
	static struct loader loader;
	unsigned int count;
	char *rest = list;
	long len = file_read(MODULES_FILE, list, sizeof(list));

	if (len == -ENOENT)
		return 0;
	if (len < 0)
		return log_err((int)len, "read " MODULES_FILE);
	loader = (struct loader){ .modules = &boot->modules, .batch = &batch };
	do {
		count = 0;
		while (count < LISTED_MAX && modlist_next(&rest, &listed[count]))
			count++;
		loader_start(&loader, 0, count);
		loop_run(&boot->loop, is_over, &loader, NO_DEADLINE);
	} while (count);
	return 0;
}

/* The packer orders the list; the table's modules load as devices appear. */
int modules_load(struct boot *boot)
{
	int error = modules_load_listed(boot);

	drivers_load(&boot->modules);
	boot->modules_done = 1;
	log_print(LOG_DEBUG, "%d loaded, %d failed", boot->modules.loaded, boot->modules.failed);
	return error;
}
