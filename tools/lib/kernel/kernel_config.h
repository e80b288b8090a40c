/* SPDX-License-Identifier: MIT */
/* kernel_config.h - a kernel's configuration: the value of one symbol. */
#ifndef TOOLS_LIB_KERNEL_CONFIG_H
#define TOOLS_LIB_KERNEL_CONFIG_H

#include <stdbool.h>

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/kernel/kernel.h"

enum kconfig_value {
	KCONFIG_UNKNOWN, /* no configuration to look in: never to be taken for a no */
	KCONFIG_N,
	KCONFIG_M,
	KCONFIG_Y,
	KCONFIG_TEXT, /* a string or a number */
};

/* Whether `text` is a whole configuration for a 64-bit kernel. Only such a one can say no: there,
 * a symbol that is not mentioned is one whose parents are off. Source:
 * Documentation/kbuild/kconfig.rst. */
bool kconfig_is_whole(struct span text);

/* The value of CONFIG_`symbol`; a later line overrides. KCONFIG_UNKNOWN if the text is not
 * complete. For KCONFIG_TEXT `value`, if not NULL, is the text after "=", without its quotes. */
enum kconfig_value kconfig_get(struct span text, const char *symbol, struct span *value);

/* The gzip stream between IKCFG_ST and IKCFG_ED in a kernel with CONFIG_IKCONFIG
 * (kernel/configs.c), or data NULL. */
struct span kconfig_embedded(struct span vmlinux);

/* The release that the header names: "6.1.192" of "# Linux/x86 6.1.192 Kernel Configuration", or
 * data NULL. */
struct span kconfig_release(struct span text);

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
