/* SPDX-License-Identifier: MIT */
/* new_boot.h - a boot that has done nothing yet, for tests that take a step of it. */
#ifndef RDINIT_NEW_BOOT_H
#define RDINIT_NEW_BOOT_H

#include <string.h>

#include "init/boot.h"
#include "init/pure/hints.h"
#include "init/sys/log.h"
#include "tests/unit/fake_sys.h"

static inline void new_boot_links(struct boot *boot)
{
	links_make(&boot->links, &boot->devices);
}

/* As main() does. */
static inline void new_boot(struct boot *boot)
{
	memset(boot, 0, sizeof(*boot));
	settings_defaults(&boot->settings);
	loop_open(&boot->loop);
	stop_init(&boot->stop, &boot->loop, &boot->settings.grace_s);
	uevents_init(&boot->uevents, &boot->loop);
	devices_init(&boot->devices, &boot->loop, &boot->uevents);
	devices_watch(&boot->devices);
	modules_init(&boot->modules, &boot->settings, &boot->devices);
	boot->make_links = new_boot_links;
	boot->finish_settings = settings_finish;
	log_hints(hints_of_roots);
	layers_init(&boot->layers, &boot->modules, boot->env);
	layers_follow(&boot->layers);
	root_init(&boot->root, &boot->settings, &boot->layers, &boot->links);
}

/* One whose program is /app, which starts as process 42. */
static inline void new_boot_of_app(struct boot *boot)
{
	fake_reset();
	new_boot(boot);
	boot->program[0] = "/app";
	fake_answer("spawn", 42, FAKE_ALWAYS);
	fake_answer("execve /app", 0, FAKE_ALWAYS);
}

#endif
