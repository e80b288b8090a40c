// SPDX-License-Identifier: MIT
/* machine.c - one QEMU run: its bytes passed both ways, its end told as an exit status. */
#include "tools/lib/machine/machine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
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
#define PANIC_MS 5000 /* after a panic: panic=-1 ends at once, other words may never end */
#define DRAIN_MS 1000 /* for slow readers of our output when we ended the guest */

/* Of the program's output, kept for a slow reader of ours once the program has ended: then the
 * guest need not wait for that reader. It is what lay in the guest's buffers, 4 MB and a little. */
#define LATE_OUTPUT ((size_t)64 << 20)
#define BLOCK 65536 /* bytes of one read from the guest */

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

/* Ends the run once; the first reason is the one that counts. */
static void machine_finish(struct machine *machine, enum machine_end end)
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

static void set_deadline(struct machine *machine, int64_t in_ms, enum machine_end end)
{
	machine->deadline = machine_now_ms() + in_ms;
	machine->at_deadline = end;
}

/* Once the program has ended, or a step has failed and /init ends the machine, only the end is
 * missing: /init says how long each part of it takes at the most. */
static void expect_end(struct machine *machine)
{
	unsigned int words = machine->wire.words;

	if (words & WIRE_HALT)
		set_deadline(machine, HALT_MS, END_HALTED);
	else if (words & WIRE_OFF)
		set_deadline(machine, LINGER_MS, END_LINGERS);
	else if (words & WIRE_WITHIN)
		set_deadline(machine, (int64_t)machine->wire.within_s * 1000 + LINGER_MS,
			     END_LINGERS);
	else if (words & WIRE_EXIT)
		set_deadline(machine, UNTOLD_MS, END_LINGERS);
}

void machine_read_signals(struct machine *machine)
{
	struct signalfd_siginfo info;

	while (read(machine->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			machine_interrupted(machine, (int)info.ssi_signo);
		else if (waitpid(machine->pid, &machine->wait_status, WNOHANG) == machine->pid)
			machine->reaped = 1;
	}
}

/* Reads what came on one of our ends; an end that is over is closed. */
static struct span read_block(int *fd, uint8_t *block, size_t size)
{
	ssize_t len = read(*fd, block, size);

	if (len > 0)
		return (struct span){ block, (size_t)len };
	if (len == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
	return (struct span){ block, 0 };
}

static void note_times(struct machine *machine)
{
	if (machine->wire.words & WIRE_READY && !machine->ready_at)
		machine->ready_at = machine_now_ms();
	if (machine->wire.words & WIRE_EXIT && !machine->exited_at)
		machine->exited_at = machine_now_ms();
}

/* The log is a file: it takes what it is given at once. */
static void log_console(const struct machine *machine, struct span bytes)
{
	while (machine->config->log && bytes.len) {
		ssize_t len = write(*machine->config->log, bytes.data, bytes.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0) /* a full disk must not end the machine */
			return;
		bytes = span_cut(bytes, (size_t)len, bytes.len - (size_t)len);
	}
}

/* Shows the report up to the end of its first line at once. Returns the rest. */
static struct span parse_wire_line(struct machine *machine, struct span bytes)
{
	const uint8_t *end = memchr(bytes.data, '\n', bytes.len);
	size_t len = end ? (size_t)(end - bytes.data) + 1 : bytes.len;
	struct wire before = machine->wire;
	char line[4 * WIRE_LINE + 32]; /* each byte as \xff */

	wire_feed(&machine->wire, span_cut(bytes, 0, len));
	note_times(machine);
	if (machine->wire.words != before.words ||
	    machine->wire.within_count != before.within_count)
		expect_end(machine);
	if (machine->wire.ready_count > 1)
		machine_finish(machine, END_AGAIN);
	if (machine->wire.said_count != before.said_count && machine->config->verbose) {
		snprintf(line, sizeof(line), "rdinit: the guest: %s\n", shown(machine->wire.said));
		queue_add(&machine->to_stderr, (struct span){ (uint8_t *)line, strlen(line) });
	}
	return span_cut(bytes, len, bytes.len - len);
}

/* On the virtio-serial port /init waits for an answer to each line before the power goes. A guest
 * that sends lines without reading answers gets none once the port is full. */
static void answer_lines(int fd, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.data[i] == '\n')
			send(fd, "ack\n", 4, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The debug console port, or the port of virtio-serial: /init uses one of them. */
static void read_wire(struct machine *machine, int *fd)
{
	uint8_t block[1024];
	struct span bytes = read_block(fd, block, sizeof(block));

	if (fd == &machine->status_fd && *fd >= 0)
		answer_lines(*fd, bytes);

	/* `off` is the last line. What follows is a second boot: QEMU's microvm was seen to reset
	 * in spite of -no-reboot. */
	if (machine->wire.words & WIRE_OFF) {
		if (bytes.len)
			machine_finish(machine, END_AGAIN);
		return;
	}
	while (bytes.len)
		bytes = parse_wire_line(machine, bytes);
}

/* Until /init says `ready`, nothing but the kernel and /init prints, so that a panic is one. Later
 * any program can print the same, and what ends the machine is panic=-1, which only the kernel
 * obeys. */
static void heed_panic(struct machine *machine)
{
	read_wire(machine, &machine->wire_fd); /* `ready` may have come before what the console has
						  just shown */
	if (machine->config->payload == PAYLOAD_PROGRAM && !machine->deadline &&
	    !(machine->wire.words & WIRE_READY))
		set_deadline(machine, PANIC_MS, END_PANIC);
}

static void read_console(struct machine *machine)
{
	uint8_t block[4096];
	struct span bytes = read_block(&machine->console, block, sizeof(block));

	queue_keep(&machine->kept_console, bytes);
	log_console(machine, bytes);
	if (machine->config->stdio == STDIO_CONSOLE)
		queue_add(&machine->to_stdout, bytes);
	else if (machine->config->verbose)
		queue_add(&machine->to_stderr, bytes);
	panic_watch_feed(&machine->console_watch, bytes);
	if (machine->console_watch.at_line_start)
		heed_panic(machine);
}

/* The guest does not power off before. */
static void acknowledge(struct machine *machine)
{
	uint8_t head[PACKET_HEAD];

	packet_head(head, PACKET_END, 0);
	queue_add(&machine->to_stdio, (struct span){ head, sizeof(head) });
}

/* One piece of what the guest sent. Returns 0, or -1 for what only a host may send. */
static int accept_piece(struct machine *machine, const struct packet_piece *piece)
{
	switch (piece->kind) {
	case PACKET_OUT:
		queue_add(&machine->to_stdout, piece->data);
		return 0;
	case PACKET_ERR:
		queue_add(&machine->to_stderr, piece->data);
		return 0;
	case PACKET_CREDIT:
		machine->credit += piece->len;
		return 0;
	case PACKET_END:
		machine->output_ended = 1;
		acknowledge(machine);
		return 0;
	case PACKET_IN:
		break;
	}
	return -1;
}

static void read_stdio(struct machine *machine)
{
	static uint8_t block[BLOCK];
	struct span bytes = read_block(&machine->stdio, block, sizeof(block));
	struct packet_piece piece;
	int result = 0;

	while (!machine->output_ended && result >= 0 &&
	       (result = packet_next(&machine->packets, &bytes, &piece)) > 0)
		result = accept_piece(machine, &piece);
	if (result < 0 && !machine->reaped)
		machine_finish(machine, END_PROTOCOL);
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The first byte of the guest: it has chosen the line or the port. */
static void choose_stdio(struct machine *machine, bool is_port)
{
	static const char line[] = "rdinit: the program's streams use the serial line, which is "
				   "slow: the guest opened no virtio-serial port\n";

	if (machine->port < 0)
		return;
	if (is_port) {
		close_end(&machine->stdio);
		machine->stdio = machine->port;
	} else {
		close(machine->port);
		if (machine->config->verbose)
			queue_add(&machine->to_stderr,
				  (struct span){ (const uint8_t *)line, sizeof(line) - 1 });
	}
	machine->port = -1;
}

static bool has_room_in(const struct machine *machine, const struct queue *queue)
{
	return queue_space(queue) >= BLOCK ||
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
	set(&slots[PORT], machine->port, room, 0);
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

static void read_errors(struct machine *machine)
{
	uint8_t block[1024];
	struct span bytes = read_block(&machine->errors, block, sizeof(block));

	queue_keep(&machine->kept_errors, bytes);
	panic_watch_feed(&machine->error_watch, bytes);
	if (machine->config->verbose)
		queue_add(&machine->to_stderr, bytes);
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
		read_wire(machine, &machine->wire_fd);
	if (slots[STATUS].revents)
		read_wire(machine, &machine->status_fd);
	if (slots[KEYS].revents)
		queue_write(&machine->to_console, machine->keys);
	if (is_readable(&slots[CONSOLE]))
		read_console(machine);
	if (slots[STDIO].revents & POLLOUT)
		queue_write(&machine->to_stdio, machine->stdio);
	if (is_readable(&slots[PORT]) || is_readable(&slots[STDIO])) {
		choose_stdio(machine, is_readable(&slots[PORT]));
		read_stdio(machine);
	}
	if (slots[ERRORS].revents)
		read_errors(machine);
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
		close_end(ends[i]);
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
			expect_end(machine); /* by what it has said until now */
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
