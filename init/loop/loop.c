// SPDX-License-Identifier: MIT
/* loop.c - the one place where /init waits: for descriptors, children, timers and signals. */
#include "init/loop/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "init/pure/settings.h"
#include "init/sys/sys.h"

/* Without CONFIG_SIGNALFD, or if poll(2) gets no memory, the loop checks for signals this often. */
#define RECHECK_MS 100

/* --- nodes --- */

static void add(struct loop_node **list, struct loop_node *node)
{
	node->next = *list;
	*list = node;
}

static bool drop(struct loop_node **list, const struct loop_node *node)
{
	for (; *list; list = &(*list)->next)
		if (*list == node) {
			*list = node->next;
			return true;
		}
	return false;
}

int loop_add_descriptor(struct loop *loop, struct loop_descriptor *descriptor)
{
	int count = 0;

	for (const struct loop_node *node = loop->descriptors; node; node = node->next)
		count++;
	if (count == LOOP_DESCRIPTORS_MAX)
		return -ENFILE;
	descriptor->revents = 0;
	add(&loop->descriptors, &descriptor->node);
	return 0;
}

void loop_add_child(struct loop *loop, struct loop_child *child)
{
	add(&loop->children, &child->node);
}

void loop_add_timer(struct loop *loop, struct loop_timer *timer)
{
	drop(&loop->timers, &timer->node);
	add(&loop->timers, &timer->node);
}

void loop_remove_descriptor(struct loop *loop, struct loop_descriptor *descriptor)
{
	drop(&loop->descriptors, &descriptor->node);
}

void loop_remove_child(struct loop *loop, struct loop_child *child)
{
	drop(&loop->children, &child->node);
}

void loop_remove_timer(struct loop *loop, struct loop_timer *timer)
{
	drop(&loop->timers, &timer->node);
}

/* A node is the first member of the struct that contains it. */
static struct loop_descriptor *descriptor_of(struct loop_node *node)
{
	return (struct loop_descriptor *)node;
}

static struct loop_child *child_of(struct loop_node *node)
{
	return (struct loop_child *)node;
}

static struct loop_timer *timer_of(struct loop_node *node)
{
	return (struct loop_timer *)node;
}

/* --- time --- */

int64_t loop_deadline(int seconds)
{
	return seconds == WAIT_FOREVER ? NO_DEADLINE : sys_clock_ms() + (int64_t)seconds * 1000;
}

int64_t loop_time_left(int64_t deadline)
{
	int64_t left;

	if (deadline == NO_DEADLINE)
		return -1;
	left = deadline - sys_clock_ms();
	return left > 0 ? left : 0;
}

static int64_t nearest(const struct loop *loop, int64_t deadline)
{
	for (struct loop_node *node = loop->children; node; node = node->next)
		if (child_of(node)->deadline < deadline)
			deadline = child_of(node)->deadline;
	for (struct loop_node *node = loop->timers; node; node = node->next)
		if (timer_of(node)->due < deadline)
			deadline = timer_of(node)->due;
	return deadline;
}

static void end(struct loop *loop, struct loop_child *child, int status)
{
	loop_remove_child(loop, child);
	child->ended(child->node.owner, status);
}

/* Walks a list from its start again after each callback, which may have changed the list. */
static void expire(struct loop *loop)
{
	struct loop_node *node;
	int64_t now;

	if (nearest(loop, NO_DEADLINE) == NO_DEADLINE)
		return;
	now = sys_clock_ms();
	for (node = loop->timers; node;) {
		struct loop_timer *timer = timer_of(node);

		node = node->next;
		if (timer->due > now)
			continue;
		loop_remove_timer(loop, timer);
		timer->expired(timer->node.owner);
		node = loop->timers;
	}
	for (node = loop->children; node;) {
		struct loop_child *child = child_of(node);

		node = node->next;
		if (child->deadline > now)
			continue;
		end(loop, child, LOOP_LATE);
		node = loop->children;
	}
}

/* --- signals and children --- */

/* Omits the signals of a fault: the kernel kills a process that faults while they are blocked. */
static void set_all(sigset_t *set)
{
	static const unsigned char faults[] = { SIGFPE,	 SIGILL,  SIGSEGV, SIGBUS,
						SIGABRT, SIGTRAP, SIGSYS };

	/* Not sigfillset(), which omits the first real-time signals. */
	memset(set, 0xff, sizeof(*set));
	for (size_t i = 0; i < sizeof(faults); i++)
		sigdelset(set, faults[i]);
}

void loop_open(struct loop *loop)
{
	sigset_t blocked;

	/* No SIGCHLD for a child that stops. */
	sys_sigaction(SIGCHLD, SIG_DFL, SA_NOCLDSTOP);
	set_all(&blocked);
	sys_set_mask(&blocked);
	loop_set_signals(loop, NULL, NULL);
}

/* PID 1 is a background process of its terminal and blocks SIGTTIN and SIGTTOU, so that it may
 * write. They mean nothing to a program. */
void loop_set_signals(struct loop *loop, void (*signalled)(void *owner, int signal), void *owner)
{
	sigemptyset(&loop->signals);
	if (signalled) {
		set_all(&loop->signals);
		sigdelset(&loop->signals, SIGTTIN);
		sigdelset(&loop->signals, SIGTTOU);
	}
	sigaddset(&loop->signals, SIGCHLD);
	loop->signalled = signalled;
	loop->signal_owner = owner;
	if (loop->has_signal_fd && loop->signal_fd >= 0) /* the descriptor still has the old set */
		loop->signal_fd = sys_signalfd(loop->signal_fd, &loop->signals);
}

static void end_pid(struct loop *loop, int pid, int status)
{
	struct loop_node *node = loop->children;

	while (node && child_of(node)->pid != pid)
		node = node->next;
	if (node)
		end(loop, child_of(node), status);
}

bool loop_reap(struct loop *loop)
{
	for (;;) {
		int status, pid = sys_wait(&status, WNOHANG);

		if (pid == -ECHILD && loop->children)
			end(loop, child_of(loop->children), LOOP_LOST);
		else if (pid > 0)
			end_pid(loop, pid, status);
		else if (pid != -EINTR)
			return pid == 0;
	}
}

/* Reaps after a failure, too: several children may share one SIGCHLD. */
static void handle_signal(struct loop *loop, int signal)
{
	if (signal == SIGCHLD || signal < 0)
		loop_reap(loop);
	else if (signal && loop->signalled)
		loop->signalled(loop->signal_owner, signal);
}

/* --- descriptors --- */

/* The shorter of both; `timeout` < 0: no limit. */
static int64_t at_most(int64_t timeout, int64_t limit)
{
	return timeout < 0 || timeout > limit ? limit : timeout;
}

static void open_signal_fd(struct loop *loop)
{
	if (loop->has_signal_fd)
		return;
	loop->has_signal_fd = true;
	loop->signal_fd = sys_signalfd(-1, &loop->signals);
}

bool loop_is_hung_up(int fd)
{
	struct pollfd poll = { .fd = fd };

	return sys_poll(&poll, 1, 0) > 0 && (poll.revents & POLLHUP);
}

/* Waits for a descriptor or a signal. Returns whether the caller must call sigtimedwait(2), and
 * sets `timeout` for that. */
static bool poll_descriptors(struct loop *loop, int64_t *timeout)
{
	struct pollfd fds[LOOP_DESCRIPTORS_MAX + 1];
	unsigned int count = 0, at = 0;

	open_signal_fd(loop);
	for (struct loop_node *node = loop->descriptors; node; node = node->next)
		fds[count++] =
			(struct pollfd){ .fd = descriptor_of(node)->events ? descriptor_of(node)->fd
									   : -1,
					 .events = descriptor_of(node)->events };
	fds[count] = (struct pollfd){ .fd = loop->signal_fd, .events = POLLIN };
	if (loop->signal_fd < 0)
		*timeout = at_most(*timeout, RECHECK_MS);
	if (sys_poll(fds, count + 1, *timeout) < 0) {
		*timeout = at_most(*timeout, RECHECK_MS);
		return true;
	}
	for (struct loop_node *node = loop->descriptors; node; node = node->next)
		descriptor_of(node)->revents = fds[at++].revents;
	*timeout = 0;
	return loop->signal_fd < 0 || fds[count].revents;
}

static void call_ready(struct loop *loop)
{
	for (struct loop_node *node = loop->descriptors; node;) {
		struct loop_descriptor *descriptor = descriptor_of(node);
		short revents = descriptor->revents;

		node = node->next;
		if (!revents)
			continue;
		descriptor->revents = 0;
		descriptor->ready(descriptor->node.owner, revents);
		node = loop->descriptors;
	}
}

/* --- the loop --- */

static void turn(struct loop *loop, int64_t deadline)
{
	int64_t timeout = loop_time_left(nearest(loop, deadline));

	if (!loop->descriptors || poll_descriptors(loop, &timeout))
		handle_signal(loop, sys_sigwait(&loop->signals, timeout));
	call_ready(loop);
	expire(loop);
}

int loop_run(struct loop *loop, bool (*until)(void *argument), void *argument, int64_t deadline)
{
	while (!until || !until(argument)) {
		if (loop_time_left(deadline) == 0)
			return -ETIMEDOUT;
		turn(loop, deadline);
	}
	return 0;
}
