// SPDX-License-Identifier: MIT
/* machine.c - one QEMU run: its bytes passed both ways, its end told as an exit status. */
#include "tools/lib/machine/machine.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/progress.h"
#include "tools/lib/machine/machine_state.h"
#include "tools/lib/machine/tty.h"

#define LINGER_MS 10000 /* after `off` on the wire: powering off takes under 1 s */
#define HALT_MS 500 /* after `halt`: for what the console still has to say */
#define UNTOLD_MS 90000 /* after `exit` of an /init that does not say how long it needs */
#define DRAIN_MS 1000 /* for slow readers of our output when we ended the guest */

/* Of the program's output, kept for a slow reader of ours once the program has ended: then the
 * guest need not wait for that reader. It is what lay in the guest's buffers, 4 MB and a little. */
#define LATE_OUTPUT ((size_t)64 << 20)

enum slot {
	SIGNALS,
	KEYS,
	CONSOLE,
	WIRE,
	STATUS,
	STDIO,
	PORT,
	ERRORS,
	INPUT,
	OUTPUT,
	ERROR_OUTPUT,
	SLOTS
};

int64_t machine_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void machine_finish(struct machine *machine, enum machine_end end)
{
	if (machine->drain_until)
		return;
	machine->drain_until = machine_now_ms() + DRAIN_MS;
	machine->end = end;
	if (!machine->reaped)
		kill(machine->pid, machine->kill_signal);
}

void machine_interrupted(struct machine *machine, int number)
{
	if (!machine->drain_until)
		machine->signal = number;
	machine_finish(machine, END_SIGNAL);
}

void machine_set_deadline(struct machine *machine, int64_t in_ms, enum machine_end end)
{
	machine->deadline = machine_now_ms() + in_ms;
	machine->at_deadline = end;
}

void machine_expect_end(struct machine *machine)
{
	unsigned int words = machine->wire.words;

	if (words & WIRE_HALT)
		machine_set_deadline(machine, HALT_MS, END_HALTED);
	else if (words & WIRE_OFF)
		machine_set_deadline(machine, LINGER_MS, END_LINGERS);
	else if (words & WIRE_WITHIN)
		machine_set_deadline(machine, (int64_t)machine->wire.within_s * 1000 + LINGER_MS,
				     END_LINGERS);
	else if (words & WIRE_EXIT)
		machine_set_deadline(machine, UNTOLD_MS, END_LINGERS);
}

void machine_read_signals(struct machine *machine)
{
	struct signalfd_siginfo info;

	while (read(machine->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			machine->window_changed = machine_is_on_terminal(machine);
		else if (info.ssi_signo != SIGCHLD)
			machine_interrupted(machine, (int)info.ssi_signo);
		else if (waitpid(machine->pid, &machine->wait_status, WNOHANG) == machine->pid)
			machine->reaped = 1;
	}
}

void machine_close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool has_room_in(const struct machine *machine, const struct queue *queue)
{
	return queue_space(queue) >= MACHINE_BLOCK ||
	       ((machine->wire.words & WIRE_EXIT) && queue->len < LATE_OUTPUT);
}

/* Whether there is room for whatever one read from the guest can bring. */
static bool has_room(const struct machine *machine)
{
	return has_room_in(machine, &machine->to_stdout) &&
	       has_room_in(machine, &machine->to_stderr);
}

static void set(struct pollfd *slot, int fd, int in, int out)
{
	slot->events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0));
	slot->fd = slot->events ? fd : -1;
	slot->revents = 0;
}

static void prepare(const struct machine *machine, struct pollfd slots[SLOTS])
{
	int room = has_room(machine);

	set(&slots[SIGNALS], machine->signals, 1, 0);
	set(&slots[KEYS], machine->keys, 0,
	    machine->to_console.len > 0 && machine_reads_console(machine));
	set(&slots[CONSOLE], machine->console, room, 0);
	set(&slots[WIRE], machine->wire_fd, 1, 0);
	set(&slots[STATUS], machine->status_fd, 1, 0);
	set(&slots[STDIO], machine->stdio, room, machine->to_stdio.len > 0);
	set(&slots[PORT], machine->port, room, machine->window_changed);
	set(&slots[ERRORS], machine->errors, 1, 0);
	set(&slots[INPUT], STDIN_FILENO, machine_wants_input(machine), 0);
	set(&slots[OUTPUT], STDOUT_FILENO, 0, machine->to_stdout.len > 0);
	set(&slots[ERROR_OUTPUT], STDERR_FILENO, 0, machine->to_stderr.len > 0);
}

/* The end that is due at the nearer of both deadlines; `*at` is that, or 0. */
static enum machine_end next_deadline(const struct machine *machine, int64_t *at)
{
	bool has_own = machine->deadline &&
		       (!machine->timeout_at || machine->deadline <= machine->timeout_at);

	*at = has_own ? machine->deadline : machine->timeout_at;
	return has_own ? machine->at_deadline : END_TIMEOUT;
}

/* Whether a terminal shows how long the boot takes: until the guest has something to show. */
static bool shows_boot(const struct machine *machine)
{
	const unsigned int begun = WIRE_READY | WIRE_HANDOFF | WIRE_FAILED | WIRE_EXIT;
	bool on_screen = machine->config->verbose || machine->config->stdio == STDIO_CONSOLE;

	return progress_is_seen() && !machine->reaped && !machine->drain_until &&
	       !(machine->wire.words & begun) && !(on_screen && machine->kept_console.len);
}

static void show_boot(struct machine *machine)
{
	int64_t seconds = (machine_now_ms() - machine->started) / 1000;
	char line[WIRE_LINE + 128];

	if (!shows_boot(machine)) {
		if (machine->shown_s)
			progress_clear();
		machine->shown_s = 0;
		return;
	}
	if (seconds == machine->shown_s)
		return;
	machine->shown_s = seconds;
	snprintf(line, sizeof(line), "rdinit: the guest boots: %lld s%s%s%.*s", (long long)seconds,
		 machine->config->has_keys ? " (Ctrl-a x ends it, Ctrl-a h shows other keys)" : "",
		 machine->wire.said_count ? "; " : "", WIRE_LINE, shown(machine->wire.said));
	progress_show(line);
}

static int poll_ms(const struct machine *machine)
{
	int64_t own = 0;
	int64_t until;
	int64_t left;

	if (!machine->reaped)
		next_deadline(machine, &own);
	until = machine->drain_until ? machine->drain_until : own;
	left = until - machine_now_ms();
	if (!until || left > 1000) {
		if (shows_boot(machine))
			return 1000;
		if (!until)
			return -1;
	}
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* A hang-up is reported unasked; without room for what is still in there it must wait. */
static int is_readable(const struct pollfd *slot)
{
	return (slot->events & POLLIN) && (slot->revents & ~POLLOUT);
}

static void serve(struct machine *machine, const struct pollfd slots[SLOTS])
{
	if (slots[SIGNALS].revents)
		machine_read_signals(machine);
	if (slots[WIRE].revents)
		machine_read_wire(machine, &machine->wire_fd);
	if (slots[STATUS].revents)
		machine_read_wire(machine, &machine->status_fd);
	if (slots[KEYS].revents)
		queue_write(&machine->to_console, machine->keys);
	if (is_readable(&slots[CONSOLE]))
		machine_read_console(machine);
	if (slots[STDIO].revents & POLLOUT)
		queue_write(&machine->to_stdio, machine->stdio);
	if (is_readable(&slots[PORT]) || is_readable(&slots[STDIO])) {
		machine_choose_stdio(machine, is_readable(&slots[PORT]));
		machine_read_stdio(machine);
	}
	if (machine->port >= 0 && slots[PORT].revents & POLLOUT)
		machine_send_window(machine);
	if (slots[ERRORS].revents)
		machine_read_errors(machine);
	if (slots[INPUT].revents)
		machine_read_input(machine);
	if (slots[OUTPUT].revents && queue_write(&machine->to_stdout, STDOUT_FILENO))
		machine_finish(machine, END_NO_READER);
	if (slots[ERROR_OUTPUT].revents)
		queue_write(&machine->to_stderr, STDERR_FILENO);
}

static bool is_over(const struct machine *machine)
{
	if (!machine->reaped)
		return false;
	if (machine->drain_until && machine_now_ms() >= machine->drain_until)
		return true;
	return machine->console < 0 && machine->wire_fd < 0 && machine->stdio < 0 &&
	       machine->port < 0 && machine->status_fd < 0 && machine->errors < 0 &&
	       !machine->to_stdout.len && !machine->to_stderr.len;
}

static void loop(struct machine *machine)
{
	struct pollfd slots[SLOTS];
	int64_t deadline;

	while (!is_over(machine)) {
		enum machine_end end;

		show_boot(machine);
		prepare(machine, slots);
		if (poll(slots, SLOTS, poll_ms(machine)) > 0)
			serve(machine, slots);
		end = next_deadline(machine, &deadline);
		if (!machine->reaped && deadline && machine_now_ms() >= deadline)
			machine_finish(machine, end);
	}
	progress_clear();
}

static void free_queues(struct machine *machine)
{
	queue_free(&machine->to_console);
	queue_free(&machine->to_stdio);
	queue_free(&machine->to_stdout);
	queue_free(&machine->to_stderr);
	queue_free(&machine->kept_console);
	queue_free(&machine->kept_errors);
}

static void store_times(const struct machine *machine, struct machine_result *result)
{
	struct rusage usage;

	result->started = machine->started;
	result->ready = machine->ready_at;
	result->exited = machine->exited_at;
	result->ended = machine_now_ms();
	result->peak_kib = getrusage(RUSAGE_CHILDREN, &usage) ? 0 : usage.ru_maxrss;
}

static struct machine *machine_new(const struct machine_config *config)
{
	struct machine *machine = xcalloc(1, sizeof(*machine));

	machine->config = config;
	machine->started = machine_now_ms();
	machine->keys = machine->console = machine->wire_fd = machine->errors = -1;
	machine->stdio = machine->port = machine->status_fd = machine->monitor = machine->order =
		-1;
	/* It may have changed since the kernel's command line was made. */
	machine->window_changed = machine_is_on_terminal(machine);
	if (config->timeout_s)
		machine->timeout_at = machine_now_ms() + (int64_t)config->timeout_s * 1000;
	return machine;
}

static void machine_free(struct machine *machine)
{
	int *const ends[] = { &machine->signals,  &machine->keys,    &machine->console,
			      &machine->wire_fd,  &machine->errors,  &machine->stdio,
			      &machine->port,	  &machine->monitor, &machine->order,
			      &machine->status_fd };

	for (size_t i = 0; i < COUNT(ends); i++)
		machine_close_end(ends[i]);
	free_queues(machine);
	free(machine);
}

/* For one that never got as far as to run something. */
static void end_early(struct machine *machine)
{
	if (machine->reaped)
		return;
	kill(machine->pid, machine->kill_signal);
	waitpid(machine->pid, &machine->wait_status, 0);
}

static int serve_to_the_end(struct machine *machine, struct machine_result *result)
{
	int status;

	if (machine->config->stdio == STDIO_CONSOLE)
		tty_raw(STDIN_FILENO);
	loop(machine);
	tty_restore();
	status = machine_exit_report(machine, result);
	store_times(machine, result);
	return status;
}

int machine_run(const char *program, const struct machine_config *config,
		struct machine_result *result)
{
	struct machine *machine = machine_new(config);
	int status = STATUS_FAILED;

	if (!machine_spawn(machine, program))
		status = serve_to_the_end(machine, result);
	machine_free(machine);
	return status;
}

char *machine_run_warm(const char *program, const struct machine_config *config,
		       struct machine_result *result, int *status)
{
	struct machine *machine = machine_new(config);
	char *why = NULL;

	*status = STATUS_FAILED;
	if (!machine_spawn(machine, program)) {
		why = machine_restore(machine);
		if (why)
			end_early(machine);
		else
			machine_expect_end(machine); /* by what it has said until now */
		if (machine->signal)
			*status = 128 + machine->signal;
		else if (!why)
			*status = serve_to_the_end(machine, result);
	}
	if (machine->signal) {
		free(why);
		why = NULL;
	}
	machine_free(machine);
	return why;
}

char *machine_save(const char *program, const struct machine_config *config, int *signal)
{
	struct machine *machine = machine_new(config);
	char *why;

	if (machine_spawn(machine, program)) {
		machine_free(machine);
		return xstrdup("QEMU does not start");
	}
	why = machine_wait_and_save(machine);
	*signal = machine->signal;
	end_early(machine);
	machine_free(machine);
	return why;
}
