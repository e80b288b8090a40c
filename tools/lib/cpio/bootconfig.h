/* SPDX-License-Identifier: MIT */
/* bootconfig.h - the boot configuration that may stand at the end of an image. */
#ifndef TOOLS_LIB_BOOTCONFIG_H
#define TOOLS_LIB_BOOTCONFIG_H

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

#define BOOTCONFIG_MAX 32767 /* bytes. Source: XBC_DATA_MAX of include/linux/bootconfig.h */

/* The image without its boot configuration, and the text of that without its padding (NULL: it has
 * none). A sum that is wrong is none, as for the kernel.
 * Source: init/main.c, get_boot_config_from_initrd(). */
struct span bootconfig_cut(struct span file, struct span *text);

/* NULL, or why the kernel would not accept this text. The meaning of its keys is not checked. */
const char *bootconfig_fault(struct span text);

/* The end of an image of `len` bytes: text, padding, size, checksum and mark. Source:
 * Documentation/admin-guide/bootconfig.rst. */
void bootconfig_compose(struct span text, uint64_t len, struct buffer *tail);

#endif
