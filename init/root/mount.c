// SPDX-License-Identifier: MIT
/* mount.c - mounts what may never answer, in a child of the loop. */
#include <errno.h>
#include <signal.h>

#include "init/root/root.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

#define TOLD_AFTER_S 10
#define DEADLINE_S 600 /* XFS and btrfs may read their logs for minutes */
#define STACK_WORDS 256

struct mounting {
	const struct mount_call *call;
	struct loop_child child;
	int error;
	bool is_over;
	bool is_lost; /* it still hangs, and has the stack */
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

/* It may hang in the kernel, where no signal reaches it: then it is not waited for. */
static void wait_for(struct loop *loop, struct mounting *mounting)
{
	const struct mount_call *call = mounting->call;

	if (loop_run(loop, is_over, mounting, loop_deadline(TOLD_AFTER_S)) == 0)
		return;
	log_say(LOG_WARNING, "mount %s on %s as %s: no answer for %d s", call->source, call->target,
		call->type, TOLD_AFTER_S);
	wire_tell("status %s: mounting %s", log_current_step(), call->source);
	if (loop_run(loop, is_over, mounting, loop_deadline(DEADLINE_S)) == 0)
		return;
	loop_remove_child(loop, &mounting->child);
	sys_kill(mounting->child.pid, SIGKILL);
	mounting->is_lost = true;
	mounting->error = -ETIMEDOUT;
}

int root_mount_call(struct loop *loop, const struct mount_call *call)
{
	static _Alignas(16) void *stack[STACK_WORDS];
	static struct mounting mounting;
	int pid;

	if (mounting.is_lost)
		return mount_here(call);
	mounting = (struct mounting){ .call = call, .error = -EINTR };
	pid = sys_spawn_beside(stack, sizeof(stack), in_child, &mounting);
	if (pid < 0)
		return mount_here(call);
	mounting.child = (struct loop_child){
		.node.owner = &mounting, .pid = pid, .deadline = NO_DEADLINE, .ended = ended
	};
	loop_add_child(loop, &mounting.child);
	wait_for(loop, &mounting);
	return mounting.error;
}
