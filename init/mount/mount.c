// SPDX-License-Identifier: MIT
/* mount.c - mounts what may never answer, in a child of the loop. */
#include "init/mount/mount.h"

#include <errno.h>
#include <sys/mount.h>

#include "init/loop/apart.h"
#include "init/pure/format.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

#define DEADLINE_S 600 /* XFS and btrfs may read their logs for minutes */

/* The kernel copies the texts before it asks the device. */
static long mount_here(void *argument)
{
	const struct mount_call *call = argument;

	return sys_mount(call->source, call->target, call->type, call->flags, call->options);
}

int mount_in_child(struct loop *loop, const struct mount_call *call)
{
	struct apart *apart = apart_start(loop, mount_here, call, sizeof(*call));

	if (!apart_wait(apart, loop_deadline(APART_LOG_S))) {
		log_print(LOG_WARNING, "mount %s on %s as %s: no answer for %d s", call->source,
			  call->target, call->type, APART_LOG_S);
		wire_report("status %s: mounting %s", log_current_step(), call->source);
		apart_wait(apart, loop_deadline(DEADLINE_S));
	}
	return (int)apart_end(apart);
}

/* As the kernel itself would, had it a program to ask. */
static int ask_for(struct modules *modules, const char *type)
{
	char alias[64];

	format_text(alias, sizeof(alias), "fs-%s", type);
	return drivers_ask(modules, alias);
}

int mount_with_driver(struct modules *modules, const struct mount_call *call, const char *also)
{
	struct loop *loop = modules->devices->loop;
	int error = mount_in_child(loop, call);

	if (error == -ENODEV &&
	    ask_for(modules, call->type) + (also ? drivers_ask(modules, also) : 0))
		error = mount_in_child(loop, call);
	return error;
}

int mount_become_root(const char *dir)
{
	int error = sys_chdir(dir);

	if (!error)
		error = sys_mount(".", "/", NULL, MS_MOVE, NULL);
	if (!error)
		error = sys_chroot(".");
	if (!error)
		error = sys_chdir("/");
	return error ? log_err(error, "make %s the root", dir) : 0;
}

int mount_propagate(const char *target, unsigned long propagation)
{
	int error = propagation ? sys_mount(NULL, target, NULL, propagation, NULL) : 0;

	return error ? log_err(error, "change how mounts on %s propagate", target) : 0;
}
