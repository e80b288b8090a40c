/* SPDX-License-Identifier: MIT */
/* judge.h - what the rules of a boot and those of its end have in common. */
#ifndef RDINIT_SIM_JUDGE_H
#define RDINIT_SIM_JUDGE_H

#include <string.h>

#include "tests/sim/kernel.h"

static inline const char *param(const char *name)
{
	return world_param(&kernel->world, name);
}

static inline bool is_param(const char *name, const char *value)
{
	const char *is = param(name);

	return is && strcmp(is, value) == 0;
}

/* The real root that was asked for; NULL: none. */
static inline const char *param_root(void)
{
	const char *root = param(param("rdinit.run") ? "rdinit.root" : "root");

	return root && strcmp(root, "tmpfs") != 0 ? root : NULL;
}

static inline bool has_log(const char *text)
{
	return strstr(kernel->log, text) != NULL;
}

static inline bool has_failed(void)
{
	return has_log("exit status 125 (failed: ");
}

static inline bool is_mode_run(void)
{
	return param("rdinit.run") || (!param("root") && param("--"));
}

#endif
