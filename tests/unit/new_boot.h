/* SPDX-License-Identifier: MIT */
/* new_boot.h - a boot that has done nothing yet, for tests that take a step of it. */
#ifndef RDINIT_NEW_BOOT_H
#define RDINIT_NEW_BOOT_H

#include <string.h>

#include "init/boot.h"

/* As main() does. */
static inline void new_boot(struct boot *boot)
{
	memset(boot, 0, sizeof(*boot));
	settings_defaults(&boot->settings);
	loop_open(&boot->loop);
	devices_init(&boot->devices, &boot->loop, &boot->uevents);
	modules_init(&boot->modules, &boot->settings, &boot->devices);
	layers_init(&boot->layers, &boot->modules, boot->env);
	root_init(&boot->root, &boot->settings, &boot->layers, &boot->links);
}

#endif
