// SPDX-License-Identifier: MIT
/* stop.c - a request to end the machine: SIGTERM for the program, a grace, then SIGKILL. */
#include "init/program/stop.h"

#include <signal.h>

#include "init/program/child.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

static void expired(void *owner)
{
	struct stop *stop = owner;

	stop->is_due = !stop->child;
	if (stop->is_due)
		return;
	log_print(LOG_WARNING, "%s has not ended after SIGTERM: killed", stop->child->argv[0]);
	sys_kill(stop->child->pid, SIGKILL);
}

void stop_init(struct stop *stop, struct loop *loop, const int *grace_s)
{
	stop->loop = loop;
	stop->grace_s = grace_s;
	stop->timer =
		(struct loop_timer){ .node.owner = stop, .due = NO_DEADLINE, .expired = expired };
}

/* A later request never makes the grace longer. */
static void end_within(struct stop *stop, int64_t ms)
{
	int64_t due = sys_clock_ms() + ms;

	if (due < stop->timer.due)
		stop->timer.due = due;
	loop_add_timer(stop->loop, &stop->timer);
}

void stop_request(struct stop *stop, const char *source)
{
	bool is_first = stop->requests++ == 0;

	log_print(LOG_INFO, "%s: the machine ends", source);
	if (is_first && stop->child) {
		sys_kill(stop->child->pid, SIGTERM);
		sys_kill(stop->child->pid, SIGCONT); /* a stopped process does not handle SIGTERM */
		end_within(stop, (int64_t)*stop->grace_s * 1000);
	} else {
		end_within(stop, STOP_AGAIN_MS);
	}
}

void stop_extend(struct stop *stop, int64_t ms)
{
	int64_t due = sys_clock_ms() + ms;

	if (stop->child && stop->requests == 1 && due > stop->timer.due)
		stop->timer.due = due;
}

void stop_follow(struct stop *stop, const struct child *child)
{
	stop->child = child;
	stop->timer.due = NO_DEADLINE;
	loop_remove_timer(stop->loop, &stop->timer);
}

bool stop_is_asked_by(int signal)
{
	return signal == SIGPWR || signal == SIGNAL_CTRL_ALT_DEL;
}

bool stop_by_signal(struct stop *stop, int signal)
{
	if (!stop_is_asked_by(signal))
		return false;
	stop_request(stop, signal == SIGPWR ? "SIGPWR" : "Ctrl-Alt-Del");
	return true;
}
