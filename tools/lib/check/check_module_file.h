/* check_module_file.h - whether one module of the image can be loaded; between check_modules.c and
 * check_drivers.c. */
#ifndef TOOLS_LIB_CHECK_MODULE_FILE_H
#define TOOLS_LIB_CHECK_MODULE_FILE_H

#include "tools/lib/check/check.h"

/* A module that a list of the image names. */
struct module_loading {
	enum check_number number; /* of the findings */
	const char *list; /* the list's own path */
	const char *path; /* the module's, ended by NUL */
	/* What is wrong with loading it when it needs the module `name`: "is not in /etc/...",
	 * malloc'd, or NULL if that one is loaded before. */
	char *(*lacks)(const struct check *check, const struct module_loading *loading,
		       const char *name);
	const void *argument; /* for it */
};

/* Says all that keeps /init or the kernel from loading it: no such file, damage, another release,
 * what it needs, compression, no signature. */
void check_module_file(struct check *check, const struct module_loading *loading);

/* Whether a list of modules can be judged at all, else says or skips why; `length` is that of the
 * list. */
int check_takes_modules(struct check *check, enum check_number number, const char *list,
			size_t length);

/* Whether modules.builtin, if known, has it. */
int check_is_builtin(const struct check *check, const char *name);

#define CHECK_MODULE_NAME 64 /* the kernel's MODULE_NAME_LEN is 56 */

#endif
