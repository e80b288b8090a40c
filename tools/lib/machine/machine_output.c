// SPDX-License-Identifier: MIT
/* machine_output.c - what the guest sends: reports to the host, the console, the program's output.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/machine/machine_state.h"

#define PANIC_MS 5000 /* after a panic: panic=-1 ends at once, other words may never end */

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
		machine_expect_end(machine);
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
void machine_read_wire(struct machine *machine, int *fd)
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
	machine_read_wire(machine, &machine->wire_fd); /* `ready` may have come before what the
						  console has just shown */
	if (machine->config->payload == PAYLOAD_PROGRAM && !machine->deadline &&
	    !(machine->wire.words & WIRE_READY))
		machine_set_deadline(machine, PANIC_MS, END_PANIC);
}

void machine_read_console(struct machine *machine)
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
	case PACKET_ROWS:
	case PACKET_COLUMNS:
		break;
	}
	return -1;
}

void machine_read_stdio(struct machine *machine)
{
	static uint8_t block[MACHINE_BLOCK];
	struct span bytes = read_block(&machine->stdio, block, sizeof(block));
	struct packet_piece piece;
	int result = 0;

	while (!machine->output_ended && result >= 0 &&
	       (result = packet_next(&machine->packets, &bytes, &piece)) > 0)
		result = accept_piece(machine, &piece);
	if (result < 0 && !machine->reaped)
		machine_finish(machine, END_PROTOCOL);
}

void machine_choose_stdio(struct machine *machine, bool is_port)
{
	static const char line[] = "rdinit: the program's streams use the serial line, which is "
				   "slow: the guest opened no virtio-serial port\n";

	if (machine->port < 0)
		return;
	if (is_port) {
		machine_close_end(&machine->stdio);
		machine->stdio = machine->port;
	} else {
		close(machine->port);
		if (machine->config->verbose)
			queue_add(&machine->to_stderr,
				  (struct span){ (const uint8_t *)line, sizeof(line) - 1 });
	}
	machine->port = -1;
}

void machine_read_errors(struct machine *machine)
{
	uint8_t block[1024];
	struct span bytes = read_block(&machine->errors, block, sizeof(block));

	queue_keep(&machine->kept_errors, bytes);
	panic_watch_feed(&machine->error_watch, bytes);
	if (machine->config->verbose)
		queue_add(&machine->to_stderr, bytes);
}
