/* kmod.c - libkmod, loaded when modules are asked for. */
#include "tools/lib/module/kmod.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "tools/lib/base/error.h"

#define LIBRARY "libkmod.so.2"

static const struct call {
	const char *name;
	size_t at;
} table[] = {
#define ROW(name) { "kmod_" #name, offsetof(struct kmod_calls, name) },
	KMOD_CALLS(ROW)
#undef ROW
};

static int load(struct kmod_calls *calls)
{
	void *library = dlopen(LIBRARY, RTLD_NOW);
	int found = library != NULL;

	for (size_t i = 0; found && i < sizeof(table) / sizeof(table[0]); i++) {
		void *address = dlsym(library, table[i].name);

		memcpy((char *)calls + table[i].at, &address, sizeof(address));
		found = address != NULL;
	}
	return found ? 0
		     : error("kernel modules: %s; install libkmod, which reads their index",
			     dlerror());
}

const struct kmod_calls *kmod_calls(void)
{
	static struct kmod_calls calls;
	static int loaded;

	if (!loaded && load(&calls) < 0)
		return NULL;
	loaded = 1;
	return &calls;
}
