/* SPDX-License-Identifier: MIT */
/* arguments.h - an argv that grows. */
#ifndef TOOLS_LIB_ARGUMENTS_H
#define TOOLS_LIB_ARGUMENTS_H

#include <stddef.h>

/* All zero is an empty one; `list` is ended by NULL once something was added. */
struct arguments {
	char **list;
	size_t count;
};

void arguments_add(struct arguments *arguments, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void arguments_free(char **list); /* its elements, too */

#endif
