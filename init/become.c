// SPDX-License-Identifier: MIT
/* become.c - PID 1 becomes another init. */
#include <signal.h>

#include "init/boot.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

/* A module is not disturbed while it loads: it has its own deadline. What ended meanwhile, after it
 * was given up, nobody has waited for. */
void become_prepare(struct boot *boot)
{
	layers_end(&boot->layers);
	devices_finish(&boot->devices);
	module_queue_run(&boot->modules);
	loop_reap(&boot->loop);
	wire_tell("handoff"); /* the last that is heard of us */
}

int become_init(struct boot *boot, const char *path, char *const *env)
{
	static sigset_t none; /* is never written to */
	int error;

	boot->argv[0] = (char *)path;
	sys_set_mask(&none);
	error = sys_execve(path, boot->argv, env);
	loop_open(&boot->loop); /* PID 1 goes on, and waits again: for SIGCHLD, too */
	return log_err(error, "execute %s", path);
}
