// SPDX-License-Identifier: MIT
/* apart.c - a call that may never return is made by a child, while the loop runs. */
#include "init/loop/apart.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "init/sys/sys.h"

#define STACK_SIZE \
	4096 /* bytes; struct apart is at its low end, and stays the child's if it hangs */

/* That nothing hangs on; NULL: the next child gets a new one. */
static struct apart *unused;

static int in_child(void *argument)
{
	struct apart *apart = argument;

	apart->result = apart->call(apart->argument);
	return 0;
}

static void ended(void *owner, int status)
{
	(void)status;
	((struct apart *)owner)->is_over = true;
}

static bool is_over(void *argument)
{
	return ((const struct apart *)argument)->is_over;
}

struct apart *apart_start(struct loop *loop, long (*call)(void *argument), const void *argument,
			  size_t size)
{
	static struct apart without_stack;
	struct apart *apart = unused ? unused : sys_map_memory(STACK_SIZE, MEMORY_OWN);
	int pid = -ENOMEM;

	unused = NULL;
	if (!apart)
		apart = &without_stack;
	*apart = (struct apart){ .loop = loop, .call = call, .result = -EINTR };
	memcpy(apart->argument, argument, size);
	if (apart != &without_stack)
		pid = sys_clone_vm(apart, STACK_SIZE, in_child, apart);
	if (pid < 0) {
		in_child(apart);
		apart->is_over = true;
		return apart;
	}
	apart->child = (struct loop_child){
		.node.owner = apart, .pid = pid, .deadline = NO_DEADLINE, .ended = ended
	};
	loop_add_child(loop, &apart->child);
	return apart;
}

bool apart_wait(struct apart *apart, int64_t deadline)
{
	return loop_run(apart->loop, is_over, apart, deadline) == 0;
}

long apart_end(struct apart *apart)
{
	if (apart->is_over) {
		if (apart->child.pid)
			unused = apart;
		return apart->result;
	}
	loop_remove_child(apart->loop, &apart->child);
	sys_kill(apart->child.pid, SIGKILL);
	return -ETIMEDOUT;
}
