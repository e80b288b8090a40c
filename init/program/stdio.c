/* stdio.c - a program's standard streams over a serial port (rdinit.stdio=). */
#include "init/program/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>

#include "init/pure/format.h"
#include "init/pure/frames.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

enum { TTY, OUT, ERR, IN, POLLED };

struct pump {
	int tty;
	int ends[3]; /* ours: write to the program's 0, read its 1 and 2 */
	struct frame_reader reader;
	uint8_t input[FRAME_MAX]; /* on its way to the program */
	size_t input_len;
	int input_ended; /* the host sent the end */
};

static void write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len) {
		long written = sys_write(fd, bytes, len);

		if (written == -EINTR)
			continue;
		if (written <= 0)
			return; /* the port is gone: there is nobody to tell */
		bytes += written;
		len -= (size_t)written;
	}
}

static void send_head(const struct pump *pump, enum frame_kind kind, size_t len)
{
	uint8_t head[FRAME_HEAD];

	frame_head(head, kind, (unsigned int)len);
	write_all(pump->tty, head, sizeof(head));
}

static void close_end(struct pump *pump, int i)
{
	if (pump->ends[i] >= 0)
		sys_close(pump->ends[i]);
	pump->ends[i] = -1;
}

static void carry_output(struct pump *pump, int i, enum frame_kind kind)
{
	uint8_t frame[FRAME_HEAD + FRAME_MAX];
	long got = sys_read(pump->ends[i], frame + FRAME_HEAD, FRAME_MAX);

	if (got == -EINTR)
		return;
	if (got <= 0) {
		close_end(pump, i);
		return;
	}
	frame_head(frame, kind, (unsigned int)got);
	write_all(pump->tty, frame, FRAME_HEAD + (size_t)got);
}

/* A program that closed its input (EPIPE) gets no more: the host's credit stays where it is. */
static void carry_input(struct pump *pump)
{
	long written = pump->input_len ? sys_write(pump->ends[0], pump->input, pump->input_len) : 0;

	if (written > 0) {
		pump->input_len -= (size_t)written;
		memmove(pump->input, pump->input + written, pump->input_len);
		send_head(pump, FRAME_CREDIT, (size_t)written);
	} else if (written < 0 && written != -EINTR && written != -EAGAIN) {
		close_end(pump, 0);
	}
	if (pump->input_ended && pump->input_len == 0)
		close_end(pump, 0);
}

static void take_piece(struct pump *pump, const struct frame_piece *piece)
{
	if (piece->kind != FRAME_IN)
		return;
	if (!piece->data.data) {
		pump->input_ended |= piece->len == 0;
		return;
	}
	if (piece->data.len > sizeof(pump->input) - pump->input_len)
		return; /* more than its credit: the host broke the protocol */
	memcpy(pump->input + pump->input_len, piece->data.data, piece->data.len);
	pump->input_len += piece->data.len;
}

static void take_from_host(struct pump *pump)
{
	uint8_t bytes[FRAME_MAX];
	long got = sys_read(pump->tty, bytes, sizeof(bytes));
	struct span rest = { bytes, got > 0 ? (size_t)got : 0 };
	struct frame_piece piece;

	while (frame_next(&pump->reader, &rest, &piece) > 0)
		take_piece(pump, &piece);
	if (pump->ends[0] >= 0)
		carry_input(pump);
}

/* Until the program, and all that it left behind, have closed their output. */
static int pump_run(void *argument)
{
	struct pump *pump = argument;

	sys_sigaction(SIGPIPE, SIG_IGN, 0);
	send_head(pump, FRAME_CREDIT, FRAME_MAX);
	while (pump->ends[1] >= 0 || pump->ends[2] >= 0) {
		struct pollfd fds[POLLED] = {
			[TTY] = { .fd = pump->tty, .events = POLLIN },
			[OUT] = { .fd = pump->ends[1], .events = POLLIN },
			[ERR] = { .fd = pump->ends[2], .events = POLLIN },
			[IN] = { .fd = pump->input_len ? pump->ends[0] : -1, .events = POLLOUT },
		};

		sys_poll(fds, POLLED, -1);
		if (fds[OUT].revents)
			carry_output(pump, 1, FRAME_OUT);
		if (fds[ERR].revents)
			carry_output(pump, 2, FRAME_ERR);
		if (fds[IN].revents)
			carry_input(pump);
		if (fds[TTY].revents)
			take_from_host(pump);
	}
	send_head(pump, FRAME_END, 0);
	sys_drain_tty(pump->tty);
	return 0;
}

static int open_raw(const char *name)
{
	char path[DEVICE_PATH_MAX];
	struct termios mode;
	int fd, error;

	format_text(path, sizeof(path), "/dev/%s", name);
	fd = sys_open(path, O_RDWR | O_NOCTTY);
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

static int make_pipes(struct pump *pump, int stdio[3])
{
	for (int i = 0; i <= 2; i++) {
		int ends[2], error = sys_pipe(ends);

		if (error)
			return error;
		stdio[i] = ends[i == 0 ? 0 : 1];
		pump->ends[i] = ends[i == 0 ? 1 : 0];
	}
	return sys_set_nonblocking(pump->ends[0]);
}

struct start {
	struct pump *pump;
	int *stdio;
};

static int in_pump(void *argument)
{
	struct start *start = argument;

	stdio_frames_close(start->stdio);
	return pump_run(start->pump);
}

void stdio_frames_open(const struct boot *boot, int stdio[3])
{
	struct pump pump = { .ends = { -1, -1, -1 } };
	struct start start = { &pump, stdio };
	int error;

	if (!boot->settings.stdio)
		return;
	pump.tty = open_raw(boot->settings.stdio);
	error = pump.tty < 0 ? pump.tty : make_pipes(&pump, stdio);
	if (!error)
		error = sys_fork(in_pump, &start);
	for (int i = 0; i <= 2; i++)
		close_end(&pump, i);
	if (pump.tty >= 0)
		sys_close(pump.tty);
	if (error < 0) {
		stdio_frames_close(stdio);
		log_warn(error, "carry standard streams over %s (using the console)",
			 boot->settings.stdio);
	}
}

void stdio_frames_close(int stdio[3])
{
	for (int i = 0; i <= 2; i++) {
		if (stdio[i] >= 0)
			sys_close(stdio[i]);
		stdio[i] = -1;
	}
}
