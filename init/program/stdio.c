// SPDX-License-Identifier: MIT
/* stdio.c - a program's standard streams over a serial port (rdinit.stdio=). */
#include "init/program/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>

#include "init/pure/limits.h"
#include "init/pure/format.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

static void close_end(struct stdio *stdio, struct loop_descriptor *end)
{
	loop_remove_descriptor(stdio->loop, end);
	if (end->fd >= 0)
		sys_close(end->fd);
	end->fd = -1;
}

/* --- to the host --- */

/* Discards the packet if the port is gone. Returns whether nothing is left to write. */
static bool write_packet(struct stdio *stdio)
{
	while (stdio->packet_at < stdio->packet_len) {
		long done = sys_write(stdio->port.fd, stdio->packet + stdio->packet_at,
				      stdio->packet_len - stdio->packet_at);

		if (done == -EAGAIN || done == -EINTR)
			return false;
		stdio->packet_at = done > 0 ? stdio->packet_at + (size_t)done : stdio->packet_len;
	}
	return true;
}

static void begin_packet(struct stdio *stdio, enum packet_kind kind, unsigned int len, size_t data)
{
	packet_head(stdio->packet, kind, len);
	stdio->packet_at = 0;
	stdio->packet_len = PACKET_HEAD + data;
}

static int drain_port(void *argument)
{
	const struct stdio *stdio = argument;

	return sys_drain_tty(stdio->port.fd);
}

static void drained(void *owner, int status)
{
	struct stdio *stdio = owner;

	(void)status;
	stdio->is_over = true;
}

/* A child waits until the port has sent all, which may block for ever if the host does not read. */
static void end(struct stdio *stdio)
{
	int pid = sys_fork(drain_port, stdio);

	close_end(stdio, &stdio->in);
	loop_remove_descriptor(stdio->loop, &stdio->port);
	stdio->drain = (struct loop_child){
		.node.owner = stdio, .pid = pid, .deadline = NO_DEADLINE, .ended = drained
	};
	if (pid > 0)
		loop_add_child(stdio->loop, &stdio->drain);
	else
		stdio->is_over = true;
}

/* Writes packets until the port would block or none is left. Reads the program's output again when
 * the packet before is written. */
static void go_on(struct stdio *stdio)
{
	bool is_idle;

	while ((is_idle = write_packet(stdio)) && !stdio->has_ended) {
		if (stdio->credit) {
			begin_packet(stdio, PACKET_CREDIT, stdio->credit, 0);
			stdio->credit = 0;
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
	if (is_idle && stdio->has_ended)
		end(stdio);
}

static void carry_output(struct stdio *stdio, struct loop_descriptor *end, enum packet_kind kind)
{
	long got;

	if (stdio->packet_at < stdio->packet_len)
		return; /* a packet of the other stream is not written yet */
	got = sys_read(end->fd, stdio->packet + PACKET_HEAD, PACKET_MAX);
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

/* If the program closed its input (EPIPE), nothing more is written and no more credit granted. */
static void carry_input(struct stdio *stdio)
{
	long done = stdio->input_len ? sys_write(stdio->in.fd, stdio->input, stdio->input_len) : 0;

	if (done > 0) {
		stdio->input_len -= (size_t)done;
		memmove(stdio->input, stdio->input + done, stdio->input_len);
		stdio->credit += (unsigned int)done;
	} else if (done < 0 && done != -EINTR && done != -EAGAIN) {
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

static void store_piece(struct stdio *stdio, const struct packet_piece *piece)
{
	if (piece->kind != PACKET_IN)
		return;
	if (!piece->data.data) {
		stdio->input_ended |= piece->len == 0;
		return;
	}
	if (piece->data.len > sizeof(stdio->input) - stdio->input_len)
		return; /* more than its credit: a protocol error of the host */
	memcpy(stdio->input + stdio->input_len, piece->data.data, piece->data.len);
	stdio->input_len += piece->data.len;
}

/* If the port is gone, the input ends; poll(2) would report the port as ready for ever. */
static void read_port(struct stdio *stdio)
{
	uint8_t bytes[PACKET_MAX];
	long got = sys_read(stdio->port.fd, bytes, sizeof(bytes));
	struct span rest = { bytes, got > 0 ? (size_t)got : 0 };
	struct packet_piece piece;

	if (got <= 0 && got != -EINTR && got != -EAGAIN) {
		loop_remove_descriptor(stdio->loop, &stdio->port);
		stdio->input_ended = true;
	}
	while (packet_next(&stdio->reader, &rest, &piece) > 0)
		store_piece(stdio, &piece);
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

static int open_raw(const char *name)
{
	char path[DEVICE_PATH_MAX];
	struct termios mode;
	int fd, error;

	format_text(path, sizeof(path), "/dev/%s", name);
	fd = sys_open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	error = sys_get_termios(fd, &mode);
	if (!error) {
		cfmakeraw(&mode);
		error = sys_set_termios(fd, &mode);
	}
	if (!error)
		return fd;
	sys_close(fd);
	return error;
}

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

static int open_all(struct stdio *stdio, const char *name, int ends[3])
{
	int fd = open_raw(name);

	if (fd < 0)
		return fd;
	stdio->port = (struct loop_descriptor){
		.node.owner = stdio, .fd = fd, .events = POLLIN, .ready = port_ready
	};
	return make_pipes(stdio, ends);
}

void stdio_open(struct stdio *stdio, struct loop *loop, const char *port, int ends[3])
{
	int error;

	ends[0] = ends[1] = ends[2] = -1;
	if (!port)
		return;
	*stdio = (struct stdio){ .loop = loop, .credit = PACKET_MAX };
	stdio->port.fd = stdio->in.fd = stdio->out.fd = stdio->err.fd = -1;
	error = open_all(stdio, port, ends);
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
	log_warn(error, "carry standard streams over %s (using the console)", port);
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
