/* SPDX-License-Identifier: MIT */
/* module_name.h - module names that look like one that does not exist. */
#ifndef TOOLS_LIB_MODULE_NAME_H
#define TOOLS_LIB_MODULE_NAME_H

/* Up to three names from DIR/modules.dep and DIR/modules.builtin close to `name`, as "a, b or c",
 * malloc'd; NULL if none is close. */
char *modname_close(const char *dir, const char *name);

#endif
