/* SPDX-License-Identifier: MIT */
/* apart.h - a call that may never return is made by a child, while the loop runs. */
#ifndef RDINIT_LOOP_APART_H
#define RDINIT_LOOP_APART_H

#include <stddef.h>

#include "init/loop/loop.h"

#define APART_ARGUMENT_MAX 64 /* bytes */
#define APART_LOG_S 10 /* after so long without an answer, callers log that */

struct apart {
	struct loop *loop;
	struct loop_child child;
	long (*call)(void *argument);
	long result;
	bool is_over;
	_Alignas(8) unsigned char argument[APART_ARGUMENT_MAX]; /* the child's copy */
};

/*
 * Starts call(argument) in a child. It has the memory of PID 1, copies of its descriptors, and a
 * copy of the `size` bytes of the argument, for it may outlive the caller: what these point to must
 * not be read once the call may hang. Where no child can be started, PID 1 makes the call itself.
 * What is returned is valid until apart_end().
 */
struct apart *apart_start(struct loop *loop, long (*call)(void *argument), const void *argument,
			  size_t size);

/* Runs the loop until the call has returned. Returns whether it has by the deadline. */
bool apart_wait(struct apart *apart, int64_t deadline);

/* Returns the result of the call; -EINTR if its child was killed; -ETIMEDOUT if it has not
 * returned: then the child is killed, and waited for no more, since no signal reaches one that
 * hangs in the kernel. */
long apart_end(struct apart *apart);

#endif
