/* SPDX-License-Identifier: MIT */
/* module.h - the kernel modules of the image. */
#ifndef RDINIT_MODULE_MODULE_H
#define RDINIT_MODULE_MODULE_H

#include "init/pure/modname.h"
#include "init/device/devices.h"
#include "init/module/queue.h"
#include "init/pure/settings.h"

#define FAILED_MODULES_MAX 256 /* bytes of their names, for the report */

/* The modules of the image, and what became of them. */
struct modules {
	const struct settings *settings; /* blacklist, options, and how long to wait */
	struct devices *devices;
	struct module_queue queue;
	struct uevent_subscriber subscriber;
	int loaded, failed;
	char failed_names[FAILED_MODULES_MAX];
	int unanswered; /* devices in the report that have no driver */
};

/* Before anything else. */
void modules_init(struct modules *modules, const struct settings *settings,
		  struct devices *devices);

/* Loads the module at `path` with `options` and then those of the command line, without a word.
 * Returns 0 or -errno. */
int module_insert(const struct modules *modules, const char *path, const char *options);

/* Counts what came of it, and logs a failure. */
void module_account(struct modules *modules, const char *path, int error);

/* drivers.c: loads the modules of modules-load=, and those that devices ask for, by the image's
 * table, and waits for them; from then on it loads what new devices ask for. Without a table it
 * does nothing. */
void drivers_load(struct modules *modules);

/* Loads what answers this alias, "fs-xfs", and waits for it. Returns how many modules the table has
 * for it. */
int drivers_ask(struct modules *modules, const char *alias);

/* For the report: devices without a driver, and without one in the table, that may matter. */
void drivers_report(struct modules *modules);

#endif
