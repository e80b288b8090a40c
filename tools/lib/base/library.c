// SPDX-License-Identifier: MIT
/* library.c - shared libraries that are loaded when they are needed. */
#include "tools/lib/base/library.h"

#include <dlfcn.h>
#include <string.h>

const char *library_load(const char *soname, const struct library_symbol *symbols, size_t count,
			 void *table)
{
	void *library = dlopen(soname, RTLD_NOW);

	if (!library)
		return dlerror();
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, symbols[i].name);

		if (!address)
			return dlerror();
		memcpy((char *)table + symbols[i].at, &address, sizeof(address));
	}
	return NULL;
}
