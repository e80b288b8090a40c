/* SPDX-License-Identifier: MIT */
/*
 * loop.h - the one place where /init waits: for descriptors, children, timers and signals.
 *
 * A node belongs to its user, who fills it in and adds it; the loop only links it. It is called
 * back from loop_run(). A callback may add and remove any node, its own too; it must return soon,
 * and not call loop_run(). All times are milliseconds of CLOCK_BOOTTIME, as of sys_clock_ms().
 */
#ifndef RDINIT_LOOP_LOOP_H
#define RDINIT_LOOP_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define NO_DEADLINE INT64_MAX
#define LOOP_DESCRIPTORS_MAX 8 /* the socket of uevents, four of a program's standard streams */

struct loop_node {
	struct loop_node *next;
	void *owner; /* given to the callback */
};

/* A descriptor that poll(2) waits for. It stays until it is removed. */
struct loop_descriptor {
	struct loop_node node;
	int fd;
	short events; /* as in poll(2); 0: nothing for now */
	short revents; /* the loop's own */
	void (*ready)(void *owner, short revents);
};

/* A child that is waited for. It is removed before `ended` is called, with its status as in
 * wait(2), or with: */
#define LOOP_LATE (-1) /* it has not ended by its deadline, and is nobody's from now on */
#define LOOP_LOST 0xff00 /* the kernel knows no such child; reads as exit status 255 */
struct loop_child {
	struct loop_node node;
	int pid;
	int64_t deadline;
	void (*ended)(void *owner, int status);
};

/* A point in time. It is removed before `expired` is called. */
struct loop_timer {
	struct loop_node node;
	int64_t due;
	void (*expired)(void *owner);
};

struct loop {
	struct loop_node *descriptors, *children, *timers;
	sigset_t signals; /* that are waited for: SIGCHLD, and with `signalled` more */
	void (*signalled)(void *owner, int signal);
	void *signal_owner;
	bool has_signal_fd; /* tried to open it */
	int signal_fd; /* -errno: the kernel has no signalfd(2) */
};

/* Blocks all signals but those of a fault of this process. They stay pending until somebody waits
 * for them. Called once, before any child is started. */
void loop_open(struct loop *loop);

/* Returns -ENFILE where there are LOOP_DESCRIPTORS_MAX already, else 0. */
int loop_add_descriptor(struct loop *loop, struct loop_descriptor *descriptor);
void loop_add_child(struct loop *loop, struct loop_child *child);
/* One that runs already gets the new time. */
void loop_add_timer(struct loop *loop, struct loop_timer *timer);

/* One that was never added, or is removed already, is none. */
void loop_remove_descriptor(struct loop *loop, struct loop_descriptor *descriptor);
void loop_remove_child(struct loop *loop, struct loop_child *child);
void loop_remove_timer(struct loop *loop, struct loop_timer *timer);

/* From now on this is called with every signal that means something to a program: not SIGCHLD, nor
 * what tells of a fault or of a terminal's background. NULL: they stay pending. */
void loop_set_signals(struct loop *loop, void (*signalled)(void *owner, int signal), void *owner);

/* Waits and calls back until until(argument) holds, which is asked first, and then after all that
 * happens. `until` may be NULL: never. Returns 0, or -ETIMEDOUT. */
int loop_run(struct loop *loop, bool (*until)(void *argument), void *argument, int64_t deadline);

/* Reaps the children that have ended. Returns whether there are others. */
bool loop_reap(struct loop *loop);

/* So many seconds from now on; NO_DEADLINE for WAIT_FOREVER of settings.h. */
int64_t loop_deadline(int seconds);

/* Milliseconds; -1: no limit, 0: over. */
int64_t loop_time_left(int64_t deadline);

#endif
