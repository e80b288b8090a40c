// SPDX-License-Identifier: MIT
/* stay.c - neither program nor root is requested: execute the image's init, or start a shell. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/paths.h"
#include "init/program/child.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* Executes the image's own init as PID 1. */
static int become_own_init(struct boot *boot)
{
	become_prepare(boot);
	return become_init(boot, OWN_INIT, (char *const *)boot->env);
}

/* A login shell (-l) reads /etc/profile. */
static int run_shell(struct boot *boot)
{
	char *argv[] = { (char *)SHELL, (char *)"-l", NULL };
	struct child child = { .loop = &boot->loop,
			       .argv = argv,
			       .env = boot->env,
			       .signals = SIGNALS_TO_INIT,
			       .stdio = { -1, -1, -1 } };
	int error;

	wire_report("ready");
	error = child_run(&child);
	boot->power_action = child.request;
	if (error)
		return error;
	if (boot->power_action == POWER_UNSET)
		wire_report("exit %d", child_exit_status(&child));
	else
		wire_report("exit 0");
	return 0;
}

int stay(struct boot *boot)
{
	int error = sys_access(OWN_INIT, X_OK);

	/* An init that exists but cannot be executed must not lead to a root shell for everybody at
	 * the console. */
	if (error != -ENOENT && error != -ENOTDIR)
		return become_own_init(boot);
	if (sys_access(SHELL, X_OK) == 0)
		return run_shell(boot);
	return log_err(-ENOENT, "find something to run: no root=, no rdinit.run=, no " RUN_FILE
				", no " OWN_INIT ", no " SHELL);
}
