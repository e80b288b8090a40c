// SPDX-License-Identifier: MIT
/* clock.c - time, which passes where PID 1 waits, and the signals and events that end its wait. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "tests/sim/kernel.h"

void event_add(int64_t at, enum event_kind kind, int a, int b)
{
	if (kernel->event_count < EVENTS_MAX)
		kernel->events[kernel->event_count++] =
			(struct event){ at, (unsigned char)kind, (short)a, (short)b };
}

static uint64_t bit(int signal)
{
	return UINT64_C(1) << (signal - 1);
}

/* PID 1 gets no signal that it neither blocks nor handles. While a SIGINT is pending, a second one
 * is lost. */
void signal_send(int signal)
{
	bool is_ctrl_alt_del = signal == SIGNAL_CTRL_ALT_DEL;

	if (is_ctrl_alt_del)
		signal = SIGINT;
	if (signal == SIGINT && kernel->pending & bit(SIGINT))
		return;
	if (signal == SIGINT)
		kernel->is_ctrl_alt_del = is_ctrl_alt_del;
	if (kernel->blocked & bit(signal)) {
		kernel->pending |= bit(signal);
		kernel->is_stop_asked |= is_ctrl_alt_del || signal == SIGPWR;
	}
	if (signal != SIGCHLD)
		kernel->asked_signal = signal;
}

static void take_event(int at)
{
	struct event event = kernel->events[at];

	kernel->events[at] = kernel->events[--kernel->event_count];
	trace("%6ld   event %d %d %d\n", (long)kernel->now, event.kind, event.a, event.b);
	switch (event.kind) {
	case EVENT_SIGNAL:
		signal_send(event.a);
		break;
	case EVENT_PRODUCT:
		layer_make(event.a);
		break;
	case EVENT_PORT:
		port_event((enum port_event)event.a);
		break;
	case EVENT_SHARE:
		device_announce_modalias("virtio:d0000001Av00001AF4");
		break;
	case EVENT_MESSAGE:
		program_notifies(event.a);
		break;
	case EVENT_PROGRAM:
		program_writes(event.a);
		break;
	default:
		device_event(event.a, event.b);
	}
}

/* The next event, or -1; the next process to wake, or -1. */
static int64_t find_next(int *event, int *proc)
{
	int64_t next = NEVER;

	*event = *proc = -1;
	for (int i = 0; i < kernel->event_count; i++)
		if (kernel->events[i].at < next) {
			next = kernel->events[i].at;
			*event = i;
		}
	for (int i = 1; i < kernel->proc_count; i++) {
		const struct proc *one = &kernel->procs[i];

		if ((one->state == PROC_RUNS || one->state == PROC_SLEEPS) && one->wakes < next) {
			next = one->wakes;
			*event = -1;
			*proc = i;
		}
	}
	return next;
}

static void pass_to(int64_t time)
{
	if (time <= kernel->now)
		return;
	kernel->now = time;
	kernel->busy_calls = 0;
}

void clock_reach(int64_t time)
{
	int event, proc;

	for (;;) {
		int64_t next = find_next(&event, &proc);

		if (next > time || next == NEVER)
			break;
		pass_to(next);
		if (event >= 0)
			take_event(event);
		else
			proc_wake(&kernel->procs[proc]);
	}
	pass_to(time);
}

/* --- PID 1 waits --- */

static void check_time(void)
{
	if (kernel->now > kernel->limit && judge_may_wait())
		end_boot(END_WAITS);
	if (kernel->now > kernel->limit)
		break_rule("not over after %ld s, and %ld s are all that was asked for",
			   (long)kernel->now / 1000, (long)kernel->limit / 1000);
	if (kernel->broken[0])
		end_boot(END_BROKEN);
}

static bool wait_for(bool (*is_ready)(void *argument), void *argument, int64_t deadline)
{
	int event, proc;

	for (;;) {
		int64_t next;

		check_time();
		if (is_ready(argument))
			return true;
		next = find_next(&event, &proc);
		if (next == NEVER && deadline == NEVER)
			judge_forever("the loop");
		if (next > deadline) {
			clock_reach(deadline);
			return is_ready(argument);
		}
		clock_reach(next);
	}
}

static int64_t deadline_of(int64_t timeout_ms)
{
	return timeout_ms < 0 ? NEVER : kernel->now + timeout_ms;
}

static uint64_t bits_of(const sigset_t *set)
{
	uint64_t bits;

	memcpy(&bits, set, sizeof(bits));
	return bits;
}

static bool is_pending(void *set)
{
	return (kernel->pending & *(uint64_t *)set) != 0;
}

int sys_sigwait(const sigset_t *set, int64_t timeout_ms)
{
	long error = call_enter("sigwait", "");
	uint64_t wanted = bits_of(set), found;
	int signal;

	if (error)
		return (int)call_leave(error);
	judge_wait();
	if (!wait_for(is_pending, &wanted, deadline_of(timeout_ms)))
		return (int)call_leave(-EAGAIN);
	found = kernel->pending & wanted;
	signal = __builtin_ctzll(found) + 1;
	kernel->pending &= ~bit(signal);
	if (signal == SIGINT && kernel->is_ctrl_alt_del)
		signal = SIGNAL_CTRL_ALT_DEL;
	return (int)call_leave(signal);
}

int sys_signalfd(int fd, const sigset_t *set)
{
	long error = call_enter("signalfd", "");
	struct file file = { .kind = FILE_SIGNALS, .device = -1, .pipe = -1, .name = "signals" };

	if (!error && world_machine(&kernel->world, "signalfd", 1) == 0)
		error = -ENOSYS;
	if (error)
		return (int)call_leave(error);
	if (fd < 0)
		fd = file_add(file);
	if (fd >= 0 && file_of(fd))
		file_of(fd)->signals = bits_of(set);
	return (int)call_leave(fd);
}

static short events_of(const struct file *file, short asked)
{
	switch (file->kind) {
	case FILE_UEVENTS:
		return kernel->uevent_count || kernel->uevents_lost ? POLLIN : 0;
	case FILE_MESSAGES:
		return kernel->readies > kernel->readies_read ? POLLIN : 0;
	case FILE_SIGNALS:
		return kernel->pending & file->signals ? POLLIN : 0;
	case FILE_PIPE:
		return (short)(pipe_events(file) & (asked | POLLHUP));
	case FILE_CONSOLE:
	case FILE_PORT:
		if (!kernel->port_is_open)
			return POLLHUP;
		/* fallthrough */
	case FILE_TTY:
		return (short)((file->kind != FILE_CONSOLE &&
						(kernel->has_tty_input || kernel->has_tty_answer)
					? asked & POLLIN
					: 0) |
			       (file_is_deaf(file) ? 0 : asked & POLLOUT));
	default:
		return asked;
	}
}

struct polled {
	struct pollfd *fds;
	unsigned int count;
	int ready;
};

static bool is_any_ready(void *argument)
{
	struct polled *polled = argument;

	polled->ready = 0;
	for (unsigned int i = 0; i < polled->count; i++) {
		struct pollfd *one = &polled->fds[i];
		const struct file *file = file_of(one->fd);

		one->revents = 0;
		if (one->fd >= 0 && !file && proc_current()->pid == 1)
			break_rule("PID 1 polls descriptor %d, which is not open", one->fd);
		if (file)
			one->revents = events_of(file, one->events);
		polled->ready += one->revents != 0;
	}
	return polled->ready > 0;
}

int sys_poll(struct pollfd *fds, unsigned int count, int64_t timeout_ms)
{
	long error = call_enter("poll", "descriptors");
	struct polled polled = { fds, count, 0 };

	if (error)
		return (int)call_leave(error);
	if (count > 1)
		judge_wait(); /* the loop: what waits for one terminal may be about to reap */
	if (proc_current()->pid == 1)
		wait_for(is_any_ready, &polled, deadline_of(timeout_ms));
	else if (!is_any_ready(&polled))
		proc_block(deadline_of(timeout_ms), "poll");
	return (int)call_leave(polled.ready);
}

int64_t sys_clock_ms(void)
{
	return kernel->now;
}

/* --- signals --- */

int sys_set_mask(const sigset_t *mask)
{
	if (proc_current()->pid != 1)
		return 0;
	kernel->blocked = bits_of(mask);
	kernel->pending &= kernel->blocked;
	return 0;
}

int sys_sigaction(int signal, void (*handler)(int), int flags)
{
	(void)handler, (void)flags;
	if (signal == SIGBUS)
		proc_current()->on_bus_error = NULL;
	return 0;
}

int sys_catch(int signal, void (*handler)(int, siginfo_t *, void *))
{
	if (signal == SIGBUS)
		proc_current()->on_bus_error = handler;
	return 0;
}

int sys_sigaltstack(void *stack, size_t size)
{
	(void)stack, (void)size;
	return 0;
}
