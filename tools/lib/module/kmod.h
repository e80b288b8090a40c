/* SPDX-License-Identifier: MIT */
/* kmod.h - libkmod, loaded when modules are asked for. */
#ifndef TOOLS_LIB_KMOD_H
#define TOOLS_LIB_KMOD_H

#include <libkmod.h>

/* The calls that are made, without their kmod_ in front. */
#define KMOD_CALLS(each)                                                                        \
	each(new) each(unref) each(set_log_fn) each(load_resources) each(list_next)             \
		each(module_new_from_path) each(module_new_from_lookup) each(module_get_module) \
			each(module_get_name) each(module_get_path) each(module_unref)          \
				each(module_unref_list)

struct kmod_calls {
#define KMOD_CALL(name) __typeof__(kmod_##name) *name;
	KMOD_CALLS(KMOD_CALL)
#undef KMOD_CALL
};

/* libkmod.so.2 brings libcrypto, whose relocation takes longer than all else that starts the tool:
 * so it is not linked. The first call loads it. NULL after reporting that it is not there, never
 * once there is a struct kmod_ctx. */
const struct kmod_calls *kmod_calls(void);

#endif
