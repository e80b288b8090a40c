// SPDX-License-Identifier: MIT
/* child.c - wait for a program: forward signals, reap it, describe how it ended. */
#include "init/program/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>

#include "init/pure/format.h"
#include "init/pure/names.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* The signals by which busybox's halt, poweroff and reboot ask init to end the machine. */
static enum power_action action_of(int signal)
{
	switch (signal) {
	case SIGUSR1:
		return POWER_HALT;
	case SIGUSR2:
	case SIGPWR:
		return POWER_OFF;
	case SIGTERM:
	case SIGINT:
	case SIGNAL_CTRL_ALT_DEL:
		return POWER_REBOOT;
	default:
		return POWER_UNSET;
	}
}

static void signalled(void *owner, int signal)
{
	struct child *child = owner;

	if (child->signals == SIGNALS_TO_INIT) {
		child->request = action_of(signal);
		return;
	}
	if (child->stop && stop_by_signal(child->stop, signal))
		return;
	child->is_asked_to_end |= signal == SIGTERM || signal == SIGINT;
	if (child->is_over)
		return;
	log_print(LOG_DEBUG, "signal %d for %s", signal, child->argv[0]);
	sys_kill(child->pid, stop_is_asked_by(signal) ? SIGTERM : signal);
}

static bool is_over(void *argument)
{
	const struct child *child = argument;

	return child->is_over || child->request != POWER_UNSET;
}

static void serve(struct child *child)
{
	loop_set_signals(child->loop, signalled, child);
	loop_run(child->loop, is_over, child, NO_DEADLINE);
	loop_set_signals(child->loop, NULL, NULL);
}

static void ended(void *owner, int status)
{
	struct child *child = owner;

	child->status = status;
	child->is_over = true;
}

void child_wait(struct child *child)
{
	struct loop_child node = {
		.node.owner = child, .pid = child->pid, .deadline = NO_DEADLINE, .ended = ended
	};

	sys_reboot(RB_DISABLE_CAD); /* Ctrl-Alt-Del sends SIGINT to PID 1, instead of a reset with
				       unwritten data */
	loop_add_child(child->loop, &node);
	if (child->stop)
		stop_follow(child->stop, child);
	serve(child);
	if (child->stop)
		stop_follow(child->stop, NULL);
	loop_remove_child(child->loop, &node);
	if (!child->is_over) /* an interactive shell ignores SIGTERM, but not SIGHUP */
		sys_kill(child->pid, SIGHUP);
	child->ran_ms += sys_clock_ms();
	sys_start_tty(
		1); /* the program may have stopped the output: then later writes would block */
}

bool child_may_not_run(const struct child *child)
{
	return child->is_asked_to_end || (child->stop && child->stop->requests);
}

static bool may_not_run(void *argument)
{
	return child_may_not_run(argument);
}

void child_pause(struct child *child, int64_t ms)
{
	loop_set_signals(child->loop, signalled, child);
	loop_run(child->loop, may_not_run, child, sys_clock_ms() + ms);
	loop_set_signals(child->loop, NULL, NULL);
}

int child_run(struct child *child)
{
	int error = child_start(child);

	if (!error)
		child_wait(child);
	return error;
}

enum power_action child_wait_for_request(struct loop *loop)
{
	struct child nobody = { .loop = loop, .signals = SIGNALS_TO_INIT };

	serve(&nobody);
	return nobody.request;
}

int child_exit_status(const struct child *child)
{
	if (child->error && child->failed_to != CHILD_RUN)
		return 126;
	if (child->error)
		return child->error == -ENOENT || child->error == -ENOTDIR ? 127 : 126;
	if (WIFSIGNALED(child->status))
		return 128 + WTERMSIG(child->status);
	return WEXITSTATUS(child->status);
}

void child_end_in_words(const struct child *child, char *text, unsigned long size)
{
	const char *name;

	if (!WIFSIGNALED(child->status)) {
		format_text(text, size, "exited with status %d", WEXITSTATUS(child->status));
		return;
	}
	name = signal_name(WTERMSIG(child->status));
	if (name)
		format_text(text, size, "killed by SIG%s", name);
	else
		format_text(text, size, "killed by signal %d", WTERMSIG(child->status));
}
