// SPDX-License-Identifier: MIT
/* stdio.c - a program's standard streams, in packets over one port (rdinit.stdio=). */
#include "init/program/stdio.h"

#include <errno.h>
#include <string.h>

#include "init/sys/log.h"
#include "init/sys/sys.h"

#define READS_MAX 8 /* of the port for one write to the program: virtio_console gives 4 KB each */

static void close_end(struct stdio *stdio, struct loop_descriptor *end)
{
	loop_remove_descriptor(stdio->loop, end);
	if (end->fd >= 0)
		sys_close(end->fd);
	end->fd = -1;
}

/* --- to the host --- */

/* Not closed: close(2) of a serial port may wait until it has sent everything. */
static void lose_port(struct stdio *stdio, long result)
{
	log_warn(result ? (int)result : -EPIPE,
		 "carry the program's standard streams (from here on they are lost)");
	loop_remove_descriptor(stdio->loop, &stdio->port);
	stdio->port_is_gone = true;
	stdio->input_ended = true;
}

/* Returns whether nothing is left to write. */
static bool write_packet(struct stdio *stdio)
{
	while (stdio->packet_at < stdio->packet_len && !stdio->port_is_gone) {
		long done = sys_write(stdio->port.fd, stdio->packet + stdio->packet_at,
				      stdio->packet_len - stdio->packet_at);

		if (done == -EAGAIN || done == -EINTR)
			return false;
		if (done <= 0)
			lose_port(stdio, done);
		else
			stdio->packet_at += (size_t)done;
	}
	stdio->packet_at = stdio->packet_len = 0;
	return true;
}

static void begin_packet(struct stdio *stdio, enum packet_kind kind, unsigned int len, size_t data)
{
	packet_head(stdio->packet, kind, len);
	stdio->packet_at = 0;
	stdio->packet_len = PACKET_HEAD + data;
}

/* Not every few bytes that the program reads: a packet for each would cost more than they do. */
static bool grants_credit(const struct stdio *stdio)
{
	return stdio->credit >= stdio->window / 4 || (stdio->credit && !stdio->input_len);
}

static void begin_credit(struct stdio *stdio)
{
	unsigned int credit = stdio->credit < PACKET_CREDIT_MAX ? stdio->credit : PACKET_CREDIT_MAX;

	begin_packet(stdio, PACKET_CREDIT, credit, 0);
	stdio->credit -= credit;
}

/* Writes packets until the port would block or none is left. Reads the program's output again when
 * the packet before is written. */
static void go_on(struct stdio *stdio)
{
	bool is_idle;

	while ((is_idle = write_packet(stdio)) && !stdio->has_ended) {
		if (grants_credit(stdio)) {
			begin_credit(stdio);
		} else if (stdio->out.fd < 0 && stdio->err.fd < 0) {
			begin_packet(stdio, PACKET_END, 0, 0);
			stdio->has_ended = true;
		} else {
			break;
		}
	}
	stdio->port.events = is_idle ? POLLIN : POLLIN | POLLOUT;
	stdio->out.events = stdio->err.events = is_idle ? POLLIN : 0;
	stdio->in.events = stdio->input_len ? POLLOUT : 0;
	if (!is_idle || !stdio->has_ended)
		return;
	close_end(stdio, &stdio->in);
	if (stdio->is_acknowledged || stdio->port_is_gone) {
		loop_remove_descriptor(stdio->loop, &stdio->port);
		stdio->is_over = true;
	}
}

static void carry_output(struct stdio *stdio, struct loop_descriptor *end, enum packet_kind kind)
{
	long got;

	if (stdio->packet_len)
		return; /* a packet of the other stream is not written yet */
	got = sys_read(end->fd, stdio->packet + PACKET_HEAD, stdio->block);
	if (got > 0)
		begin_packet(stdio, kind, (unsigned int)got, (size_t)got);
	else if (got != -EINTR && got != -EAGAIN)
		close_end(stdio, end);
	go_on(stdio);
}

static void out_ready(void *owner, short revents)
{
	struct stdio *stdio = owner;

	(void)revents;
	carry_output(stdio, &stdio->out, PACKET_OUT);
}

static void err_ready(void *owner, short revents)
{
	struct stdio *stdio = owner;

	(void)revents;
	carry_output(stdio, &stdio->err, PACKET_ERR);
}

/* --- to the program --- */

/* PID 1 sends the signals that it gets on to the program; but this one is of its own write(2). To
 * ignore a signal is what removes one that is blocked and pending (sigaction(2)). */
static void discard_sigpipe(void)
{
	sys_sigaction(SIGPIPE, SIG_IGN, 0);
	sys_sigaction(SIGPIPE, SIG_DFL, 0);
}

/* If the program closed its input (EPIPE), nothing more is written and no more credit granted. */
static void carry_input(struct stdio *stdio)
{
	long done = 0;

	if (stdio->input_len)
		done = sys_write(stdio->in.fd, stdio->input + stdio->input_at, stdio->input_len);
	if (done > 0) {
		stdio->input_at += (size_t)done;
		stdio->input_len -= (size_t)done;
		stdio->credit += (unsigned int)done;
	} else if (done < 0 && done != -EINTR && done != -EAGAIN) {
		if (done == -EPIPE)
			discard_sigpipe();
		close_end(stdio, &stdio->in);
	}
	if (stdio->input_ended && stdio->input_len == 0)
		close_end(stdio, &stdio->in);
}

static void in_ready(void *owner, short revents)
{
	(void)revents;
	carry_input(owner);
	go_on(owner);
}

static void store_input(struct stdio *stdio, struct span data)
{
	if (data.len > stdio->window - stdio->input_len)
		return; /* more than its credit: a protocol error of the host */
	if (stdio->input_len == 0)
		stdio->input_at = 0;
	if (data.len > stdio->window - stdio->input_at - stdio->input_len) {
		memmove(stdio->input, stdio->input + stdio->input_at, stdio->input_len);
		stdio->input_at = 0;
	}
	memcpy(stdio->input + stdio->input_at + stdio->input_len, data.data, data.len);
	stdio->input_len += data.len;
}

static void store_piece(struct stdio *stdio, const struct packet_piece *piece)
{
	if (piece->kind == PACKET_END)
		stdio->is_acknowledged = true;
	if (piece->kind != PACKET_IN)
		return;
	if (piece->data.data)
		store_input(stdio, piece->data);
	else
		stdio->input_ended |= piece->len == 0;
}

/* Returns whether there may be more. If the port is gone, the input ends; poll(2) would report the
 * port as ready for ever. */
static bool read_some(struct stdio *stdio)
{
	static uint8_t bytes[PACKET_LINE];
	long got = sys_read(stdio->port.fd, bytes, sizeof(bytes));
	struct span rest = { bytes, got > 0 ? (size_t)got : 0 };
	struct packet_piece piece;

	if (got <= 0 && got != -EINTR && got != -EAGAIN)
		lose_port(stdio, got);
	while (packet_next(&stdio->reader, &rest, &piece) > 0)
		store_piece(stdio, &piece);
	return got > 0;
}

static void read_port(struct stdio *stdio)
{
	int reads = 0;

	while (read_some(stdio) && ++reads < READS_MAX)
		continue;
	if (stdio->in.fd >= 0)
		carry_input(stdio);
}

static void port_ready(void *owner, short revents)
{
	if (revents & ~POLLOUT)
		read_port(owner);
	go_on(owner);
}

/* --- open and close --- */

static int make_pipe(struct stdio *stdio, struct loop_descriptor *end, int *other, bool is_input,
		     void (*ready)(void *owner, short revents))
{
	int ends[2], error = sys_pipe(ends);

	if (error)
		return error;
	*other = ends[is_input ? 0 : 1];
	*end = (struct loop_descriptor){ .node.owner = stdio,
					 .fd = ends[is_input ? 1 : 0],
					 .events = is_input ? 0 : POLLIN,
					 .ready = ready };
	return loop_add_descriptor(stdio->loop, end);
}

static int make_pipes(struct stdio *stdio, int ends[3])
{
	int error = make_pipe(stdio, &stdio->in, &ends[0], true, in_ready);

	if (!error)
		error = sys_set_nonblocking(stdio->in.fd);
	if (!error)
		error = make_pipe(stdio, &stdio->out, &ends[1], false, out_ready);
	if (!error)
		error = make_pipe(stdio, &stdio->err, &ends[2], false, err_ready);
	return error;
}

void stdio_use(struct stdio *stdio, int fd, enum stdio_port kind)
{
	stdio->has_port = true;
	stdio->in.fd = stdio->out.fd = stdio->err.fd = -1;
	stdio->port = (struct loop_descriptor){
		.node.owner = stdio, .fd = fd, .events = POLLIN, .ready = port_ready
	};
	stdio->block = kind == STDIO_LINE ? PACKET_LINE : PACKET_MAX;
	stdio->window = kind == STDIO_LINE ? PACKET_LINE : PACKET_WINDOW;
	stdio->credit = stdio->window;
}

void stdio_open(struct stdio *stdio, struct loop *loop, int ends[3])
{
	int error;

	ends[0] = ends[1] = ends[2] = -1;
	if (!stdio->has_port)
		return;
	stdio->loop = loop;
	error = make_pipes(stdio, ends);
	if (!error)
		error = loop_add_descriptor(stdio->loop, &stdio->port);
	if (!error) {
		go_on(stdio);
		return;
	}
	close_end(stdio, &stdio->port);
	close_end(stdio, &stdio->in);
	close_end(stdio, &stdio->out);
	close_end(stdio, &stdio->err);
	stdio_close(ends);
	stdio->loop = NULL;
	log_warn(error, "carry the program's standard streams (using the console)");
}

void stdio_close(int ends[3])
{
	for (int i = 0; i <= 2; i++) {
		if (ends[i] >= 0)
			sys_close(ends[i]);
		ends[i] = -1;
	}
}

bool stdio_is_over(const struct stdio *stdio)
{
	return !stdio->loop || stdio->is_over;
}
