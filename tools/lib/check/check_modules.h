/* SPDX-License-Identifier: MIT */
/* check_modules.h - whether one module of the image can be loaded; between check_modules.c and
 * check_drivers.c. */
#ifndef TOOLS_LIB_CHECK_MODULES_H
#define TOOLS_LIB_CHECK_MODULES_H

#include <stdbool.h>

#include "tools/lib/check/check.h"

/* A module that a list of the image names. */
struct module_loading {
	enum check_number number; /* of the findings */
	const char *list; /* the list's own path */
	const char *path; /* the module's, ended by NUL */
	/* Why the module `name`, which it needs, is not loaded before it: "is not in /etc/...",
	 * malloc'd, or NULL if it is. */
	char *(*lacks)(const struct check *check, const struct module_loading *loading,
		       const char *name);
	const void *argument; /* for it */
};

/* Reports everything that keeps /init or the kernel from loading it: no such file, damage, another
 * release, missing dependencies, compression, no signature. */
void check_module_file(struct check *check, const struct module_loading *loading);

/* Whether a list of modules can be judged at all, else says or skips why; `length` is that of the
 * list. */
bool check_can_judge_modules(struct check *check, enum check_number number, const char *list,
			     size_t length);

#endif
