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

/* Looks in the kernel itself (`vmlinux`, CONFIG_IKCONFIG), then for `config` beside the image if it
 * is of that version, `config-RELEASE` beside it, and /boot/config-RELEASE. What is damaged is
 * passed over. Up to 16 MiB. No kernel tells: everything is unknown then, and that is no error. */
void kernel_config_find(const struct kernel *kernel, struct span vmlinux,
			struct kernel_config *config);
void kernel_config_free(struct kernel_config *config);

/* kconfig_get() of it. */
enum kconfig_value kernel_config_get(const struct kernel_config *config, const char *symbol);

#endif
