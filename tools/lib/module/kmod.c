// SPDX-License-Identifier: MIT
/* kmod.c - libkmod, loaded when modules are asked for. */
#include "tools/lib/module/kmod.h"

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/library.h"

static const struct library_symbol symbols[] = {
#define ROW(name) { "kmod_" #name, offsetof(struct kmod_calls, name) },
	KMOD_CALLS(ROW)
#undef ROW
};

const struct kmod_calls *kmod_calls(void)
{
	static struct kmod_calls calls;
	static int loaded;
	const char *why = NULL;

	if (!loaded)
		why = library_load("libkmod.so.2", symbols, COUNT(symbols), &calls);
	if (why) {
		error("kernel modules: %s; install libkmod, which reads their index", why);
		return NULL;
	}
	loaded = 1;
	return &calls;
}
