/* SPDX-License-Identifier: MIT */
/* library.h - shared libraries that are loaded when they are needed: each start of the tool would
 * pay for them, and few commands use them. */
#ifndef TOOLS_LIB_LIBRARY_H
#define TOOLS_LIB_LIBRARY_H

#include <stddef.h>

struct library_symbol {
	const char *name;
	size_t at; /* where in `table` its address goes */
};

/* Loads a library by its soname, with those that it needs, and looks up all symbols. NULL, or
 * dlerror(3)'s text. */
const char *library_load(const char *soname, const struct library_symbol *symbols, size_t count,
			 void *table);

#endif
