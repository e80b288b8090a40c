/* SPDX-License-Identifier: MIT */
/* module.h - load the image's kernel modules, listed ones and those that devices need. */
#ifndef RDINIT_MODULE_MODULE_H
#define RDINIT_MODULE_MODULE_H

#include "init/pure/modname.h"
#include "init/device/devices.h"
#include "init/module/queue.h"
#include "init/pure/settings.h"

#define FAILED_MODULES_MAX 256 /* bytes of their names, for the report */

/* The image's modules, and their results. */
struct modules {
	const struct settings *settings; /* blacklist, options, timeout */
	struct devices *devices;
	struct module_queue queue;
	struct uevent_subscriber subscriber;
	int loaded, failed;
	char failed_names[FAILED_MODULES_MAX];
	int unanswered; /* devices without a driver, counted for the report */
};

/* Call it first. */
void modules_init(struct modules *modules, const struct settings *settings,
		  struct devices *devices);

/* Loads the module at `path` with `options`, then those of the command line. Returns 0, or -errno,
 * which it does not log. */
int module_insert(const struct modules *modules, const char *path, const char *options);

/* Counts the result of a module, and logs a failure. */
void module_account(struct modules *modules, const char *path, int error);

/* drivers.c: loads the modules of modules-load= and, by the image's table, those of present
 * devices, and waits for them. Later it loads those of new devices. Without a table it does
 * nothing. */
void drivers_load(struct modules *modules);

/* Loads the modules that match this alias ("fs-xfs"), and waits for them. Returns how many the
 * table has. */
int drivers_ask(struct modules *modules, const char *alias);

/* Whether every device that the kernel reported is probed, or does not answer, and no driver is
 * being loaded that could bring another. `argument`: struct modules. */
bool hardware_is_known(void *argument);
/* Waits for that; for each probe and driver as long as it may take, and no longer. */
void hardware_wait_until_known(struct modules *modules);

/* Logs the devices that have no driver and none in the table, if a disk may depend on them. */
void drivers_report(struct modules *modules);

#endif
