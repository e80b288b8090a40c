/* SPDX-License-Identifier: MIT */
/* module.h - one kernel module, with its options, into the kernel. */
#ifndef RDINIT_MODULE_MODULE_H
#define RDINIT_MODULE_MODULE_H

#include "init/boot.h"

#define MODULE_NAME_SIZE 64 /* bytes; the kernel's MODULE_NAME_LEN is 56 */

/* Loads the module at `path` with `options` and then those of the command line, without a word.
 * Returns 0 or -errno. */
int module_insert(const struct boot *boot, const char *path, const char *options);

/* Counts what came of it, and logs a failure. */
void module_account(struct boot *boot, const char *path, int error);

/* drivers.c: loads the modules of modules-load=, and those that devices ask for, by the image's
 * table, and waits for them; from then on it loads what new devices ask for. Without a table it
 * does nothing. */
void drivers_load(struct boot *boot);

/* Loads what answers this alias, "fs-xfs", and waits for it. Returns how many modules the table has
 * for it. */
int drivers_ask(struct boot *boot, const char *alias);

/* For the report: devices without a driver, and without one in the table, that may matter. */
void drivers_report(struct boot *boot);

#endif
