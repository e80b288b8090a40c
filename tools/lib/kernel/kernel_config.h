/* SPDX-License-Identifier: MIT */
/* kernel_config.h - where the configuration of a kernel is found. */
#ifndef TOOLS_LIB_KERNEL_CONFIG_H
#define TOOLS_LIB_KERNEL_CONFIG_H

#include "tools/lib/base/mem.h"
#include "tools/lib/kernel/kconfig.h"
#include "tools/lib/kernel/kernel.h"

struct kernel_config {
	struct buffer text; /* empty: unknown */
	char *from; /* a path, or "the kernel itself"; NULL: unknown */
};

/*
 * Reads the configuration in the kernel itself (`vmlinux`, CONFIG_IKCONFIG), else `config` next to
 * the image if it is of that version, `config-RELEASE` next to it, or /boot/config-RELEASE. Skips
 * damaged ones, and those over 16 MiB. If there is none, everything is unknown, which is not an
 * error.
 */
void kernel_config_find(const struct kernel *kernel, struct span vmlinux,
			struct kernel_config *config);
void kernel_config_free(struct kernel_config *config);

/* kconfig_get() of it. */
enum kconfig_value kernel_config_get(const struct kernel_config *config, const char *symbol);

#endif
