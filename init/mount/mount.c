// SPDX-License-Identifier: MIT
/* mount.c - mounts what may never answer, in a child of the loop. */
#include "init/mount/mount.h"

#include <errno.h>
#include <signal.h>

#include "init/pure/format.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

#define TOLD_AFTER_S 10
#define DEADLINE_S 600 /* XFS and btrfs may read their logs for minutes */
#define STACK_SIZE 4096 /* bytes */

/* At the low end of the child's stack: if it hangs for good, both are its own. */
struct mounting {
	const struct mount_call *call;
	struct loop_child child;
	int error;
	bool is_over;
};

static int mount_here(const struct mount_call *call)
{
	return sys_mount(call->source, call->target, call->type, call->flags, call->options);
}

/* In the memory of PID 1. The kernel copies the texts before it asks the device. */
static int in_child(void *argument)
{
	struct mounting *mounting = argument;

	mounting->error = mount_here(mounting->call);
	return 0;
}

static void ended(void *owner, int status)
{
	struct mounting *mounting = owner;

	(void)status;
	mounting->is_over = true;
}

static bool is_over(void *argument)
{
	return ((const struct mounting *)argument)->is_over;
}

/* It may hang in the kernel, where no signal reaches it: then it is not waited for. Returns -errno
 * of the mount; -ETIMEDOUT: it still runs. */
static int wait_for(struct loop *loop, struct mounting *mounting)
{
	const struct mount_call *call = mounting->call;

	if (loop_run(loop, is_over, mounting, loop_deadline(TOLD_AFTER_S)) == 0)
		return mounting->error;
	log_say(LOG_WARNING, "mount %s on %s as %s: no answer for %d s", call->source, call->target,
		call->type, TOLD_AFTER_S);
	wire_tell("status %s: mounting %s", log_current_step(), call->source);
	if (loop_run(loop, is_over, mounting, loop_deadline(DEADLINE_S)) == 0)
		return mounting->error;
	loop_remove_child(loop, &mounting->child);
	sys_kill(mounting->child.pid, SIGKILL);
	return -ETIMEDOUT;
}

int mount_in_child(struct loop *loop, const struct mount_call *call)
{
	static void *stack; /* of its children, one after the other; NULL: none yet */
	struct mounting *mounting;
	int pid, error;

	if (!stack)
		stack = sys_map_memory(STACK_SIZE, MEMORY_OWN);
	mounting = stack;
	if (!mounting)
		return mount_here(call);
	*mounting = (struct mounting){ .call = call, .error = -EINTR };
	pid = sys_spawn_beside(stack, STACK_SIZE, in_child, mounting);
	if (pid < 0)
		return mount_here(call);
	mounting->child = (struct loop_child){
		.node.owner = mounting, .pid = pid, .deadline = NO_DEADLINE, .ended = ended
	};
	loop_add_child(loop, &mounting->child);
	error = wait_for(loop, mounting);
	if (!mounting->is_over)
		stack = NULL; /* still the child's */
	return error;
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

int mount_propagate(const char *target, unsigned long propagation)
{
	int error = propagation ? sys_mount(NULL, target, NULL, propagation, NULL) : 0;

	return error ? log_err(error, "change how mounts on %s propagate", target) : 0;
}
