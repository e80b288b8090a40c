/* SPDX-License-Identifier: MIT */
/*
 * loop.h - the one place where /init waits: for descriptors, children, timers and signals.
 *
 * The user of a node owns it, fills it in and adds it; the loop only links it. loop_run() calls its
 * callback. A callback may add and remove any node, also its own; it must return soon, and must not
 * call loop_run(). All times are in milliseconds of CLOCK_BOOTTIME.
 */
#ifndef RDINIT_LOOP_LOOP_H
#define RDINIT_LOOP_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define NO_DEADLINE INT64_MAX
/* The uevent socket, four for a program's standard streams, one for its messages, power buttons. */
#define LOOP_DESCRIPTORS_MAX 12

struct loop_node {
	struct loop_node *next;
	void *owner; /* the callback's first argument */
};

/* A descriptor to poll(2). It stays until its user removes it. */
struct loop_descriptor {
	struct loop_node node;
	int fd;
	short events; /* as in poll(2); 0: nothing for now */
	short revents; /* private to the loop */
	void (*ready)(void *owner, short revents);
};

/* A child to reap. The loop removes it, then calls `ended` with its status as in wait(2), or with
 * one of: */
#define LOOP_LATE (-1) /* it has not ended by its deadline; the loop no longer waits for it */
#define LOOP_LOST 0xff00 /* the kernel knows no such child; reads as exit status 255 */
struct loop_child {
	struct loop_node node;
	int pid;
	int64_t deadline;
	void (*ended)(void *owner, int status);
};

/* A point in time. The loop removes it, then calls `expired`. */
struct loop_timer {
	struct loop_node node;
	int64_t due;
	void (*expired)(void *owner);
};

struct loop {
	struct loop_node *descriptors, *children, *timers;
	sigset_t signals; /* to wait for: SIGCHLD, and more if `signalled` is set */
	void (*signalled)(void *owner, int signal);
	void *signal_owner;
	bool has_signal_fd; /* open, or failed to open */
	int signal_fd; /* -errno: the kernel has no signalfd(2) */
};

/* Blocks all signals except those of a fault of this process: they stay pending until the loop
 * waits for them. Call it before any child starts. */
void loop_open(struct loop *loop);

/* Returns 0, or -ENFILE if there are LOOP_DESCRIPTORS_MAX already. */
int loop_add_descriptor(struct loop *loop, struct loop_descriptor *descriptor);
void loop_add_child(struct loop *loop, struct loop_child *child);
/* A timer that was added already gets the new time. */
void loop_add_timer(struct loop *loop, struct loop_timer *timer);

/* Removing a node that is not in the loop does nothing. */
void loop_remove_descriptor(struct loop *loop, struct loop_descriptor *descriptor);
void loop_remove_child(struct loop *loop, struct loop_child *child);
void loop_remove_timer(struct loop *loop, struct loop_timer *timer);

/* Whether the other end of the descriptor is closed, as poll(2) reports it now. Does not wait. */
bool loop_is_hung_up(int fd);

/* Calls `signalled` for every signal from now on, except SIGCHLD, SIGTTIN, SIGTTOU and the signals
 * of a fault. NULL: signals stay pending. */
void loop_set_signals(struct loop *loop, void (*signalled)(void *owner, int signal), void *owner);

/* Waits and calls callbacks until until(argument) returns true; calls it first, and again after
 * each round of callbacks. `until` may be NULL: only the deadline ends it. Returns 0, or
 * -ETIMEDOUT. */
int loop_run(struct loop *loop, bool (*until)(void *argument), void *argument, int64_t deadline);

/* Reaps all children that have ended. Returns whether others still run. */
bool loop_reap(struct loop *loop);

/* The time in `seconds` from now; NO_DEADLINE if they are WAIT_FOREVER (settings.h). */
int64_t loop_deadline(int seconds);

/* The milliseconds until the deadline; 0: it has passed; -1: NO_DEADLINE. */
int64_t loop_time_left(int64_t deadline);

#endif
