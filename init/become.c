// SPDX-License-Identifier: MIT
/* become.c - PID 1 executes another init. */
#include <signal.h>

#include "init/boot.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

static bool have_ended(void *argument)
{
	struct boot *boot = argument;

	return hardware_is_known(&boot->modules) && layers_have_ended(&boot->layers);
}

/* Each child has its own deadline. Then reaps those that were given up. */
void become_prepare(struct boot *boot)
{
	layers_end(&boot->layers);
	devices_end(&boot->devices);
	module_queue_start(&boot->modules);
	loop_run(&boot->loop, have_ended, boot, NO_DEADLINE);
	loop_reap(&boot->loop);
	wire_report("handoff"); /* the last report */
	wire_drain(&boot->loop, NO_TERMINAL);
}

int become_init(struct boot *boot, const char *path, char *const *env)
{
	static sigset_t none; /* never written */
	int error;

	boot->argv[0] = (char *)path;
	sys_set_mask(&none);
	sys_dup2(1, 2); /* the log's does not block, and that of an init is to */
	error = sys_execve(path, boot->argv, env);
	log_open_console();
	loop_open(&boot->loop); /* PID 1 continues, and waits for signals again */
	loop_reap(&boot->loop); /* the signals that came meanwhile are lost */
	return log_err(error, "execute %s", path);
}
