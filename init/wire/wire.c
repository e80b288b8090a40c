// SPDX-License-Identifier: MIT
/* wire.c - report to the hypervisor: debug console port, virtio-serial port, or a serial line. */
#include "init/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "init/loop/loop.h"
#include "init/pure/count.h"
#include "init/pure/format.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/sys/terminal.h"
#include "init/wire/vport.h"

#define PORT 0xe9
#define ANSWER 0xe9 /* what QEMU's isa-debugcon returns when it is read */
#define LINE_MAX 512
#define DRAIN_TICK_MS 5
#define DRAIN_S 5 /* `rdinit run` waits for ten after the last report */
#define KEPT_MAX 1024 /* bytes of lines before there is a wire: some 20 */
#define ANSWERS_MS 2000 /* a host that answers takes milliseconds */
#define PATH_MAX 64 /* bytes of "/dev/NAME"; serial lines have short names */

/* Global, so that steps need not know how reports are sent. */
static struct {
	const char *name; /* NULL: no line */
	bool is_open, is_deaf;
	int fd;
} line_to_host;

static struct {
	bool is_open;
	int fd;
	unsigned int unacknowledged; /* lines */
	char kept[KEPT_MAX]; /* lines for which there was no wire */
	size_t kept_len;
} port_to_host;

void wire_tty(const char *name)
{
	if (line_to_host.is_open)
		sys_close(line_to_host.fd);
	line_to_host.is_open = false;
	line_to_host.is_deaf = false;
	line_to_host.name = name;
}

/* Returns whether the port exists; then the line is sent. */
static int report_to_port(const char *line, size_t len)
{
	int exists;

	/* Without this permission the instruction would cause a SIGSEGV. */
	if (sys_ioperm(PORT, 1, 1))
		return 0;
	exists = sys_inb(PORT) == ANSWER;
	if (exists)
		sys_outb(PORT, line, len);
	/* Children, and what they execute, would inherit the permission. */
	sys_ioperm(PORT, 1, 0);
	return exists;
}

static unsigned int lines_in(const char *text, size_t len)
{
	unsigned int count = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\n';
	return count;
}

static bool write_port(const char *text, size_t len)
{
	if (len && sys_write(port_to_host.fd, text, len) != (long)len)
		return false;
	port_to_host.unacknowledged += lines_in(text, len);
	return true;
}

static bool open_port(void)
{
	int fd = vport_open(WIRE_PORT);

	if (fd < 0)
		return false;
	if (loop_is_hung_up(fd)) { /* the host has not opened its end yet */
		sys_close(fd);
		return false;
	}
	port_to_host.fd = fd;
	port_to_host.is_open = true;
	write_port(port_to_host.kept, port_to_host.kept_len);
	port_to_host.kept_len = 0;
	return true;
}

/* Returns whether there is a virtio-serial port that accepts the line. */
static bool report_to_virtio(const char *line, size_t len)
{
	return (port_to_host.is_open || open_port()) && write_port(line, len);
}

/* The oldest lines make room. */
static void keep(const char *line, size_t len)
{
	while (len > KEPT_MAX - port_to_host.kept_len) {
		size_t first = strcspn(port_to_host.kept, "\n") + 1;

		port_to_host.kept_len -= first;
		memmove(port_to_host.kept, port_to_host.kept + first, port_to_host.kept_len);
	}
	memcpy(port_to_host.kept + port_to_host.kept_len, line, len);
	port_to_host.kept_len += len;
}

/* The line may come with a module. It stays open: to close it would wait for its last byte. Errors
 * are not logged: the host reads only this line. */
static void report_to_line(const char *line, size_t len)
{
	char path[PATH_MAX];
	int fd;

	if (!line_to_host.is_open) {
		format_text(path, sizeof(path), "/dev/%s", line_to_host.name);
		fd = sys_open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
		if (fd < 0)
			return;
		line_to_host.fd = fd;
		line_to_host.is_open = true;
	}
	if (!terminal_write(line_to_host.fd, &line_to_host.is_deaf, line, len))
		log_print(LOG_WARNING, "%s takes no bytes", line_to_host.name);
}

struct answers {
	struct loop_descriptor descriptor;
	bool has_ended; /* the host has closed its end */
};

static void answered(void *owner, short revents)
{
	struct answers *answers = owner;
	char text[LINE_MAX];
	long len = sys_read(port_to_host.fd, text, sizeof(text));
	unsigned int lines = lines_in(text, len > 0 ? (size_t)len : 0);

	(void)revents;
	answers->has_ended = len <= 0 && len != -EAGAIN && len != -EINTR;
	port_to_host.unacknowledged -=
		lines < port_to_host.unacknowledged ? lines : port_to_host.unacknowledged;
}

static bool is_over(void *argument)
{
	const struct answers *answers = argument;

	return port_to_host.unacknowledged == 0 || answers->has_ended;
}

static void wait_for_answers(struct loop *loop)
{
	struct answers answers = { .has_ended = false };

	if (!port_to_host.is_open)
		return;
	answers.descriptor = (struct loop_descriptor){
		.node.owner = &answers, .fd = port_to_host.fd, .events = POLLIN, .ready = answered
	};
	if (loop_add_descriptor(loop, &answers.descriptor))
		return;
	loop_run(loop, is_over, &answers, sys_clock_ms() + ANSWERS_MS);
	loop_remove_descriptor(loop, &answers.descriptor);
}

static bool has_unsent(int fd)
{
	return fd >= 0 && sys_tty_unsent(fd) > 0;
}

/* PID 1 looks at what is unsent from time to time: to drain a terminal that has stopped never ends.
 * The port's own few bytes come last, for which its driver waits itself, and not for long. */
void wire_drain(struct loop *loop, int fd)
{
	bool has_line = line_to_host.is_open && !line_to_host.is_deaf;
	const int fds[] = { has_line ? line_to_host.fd : NO_TERMINAL, fd };
	int64_t deadline = loop_deadline(DRAIN_S);

	wait_for_answers(loop);
	while (has_unsent(fds[0]) || has_unsent(fds[1])) {
		if (sys_clock_ms() >= deadline) {
			log_print(LOG_WARNING, "a terminal has not sent its last bytes");
			return;
		}
		loop_run(loop, NULL, NULL, sys_clock_ms() + DRAIN_TICK_MS);
	}
	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			sys_drain_tty(fds[i]);
}

void wire_report(const char *format, ...)
{
	char line[LINE_MAX];
	va_list arguments;
	size_t len;

	va_start(arguments, format);
	len = format_list(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < len; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[len++] = '\n';
	if (report_to_port(line, len) || report_to_virtio(line, len))
		return;
	if (line_to_host.name)
		report_to_line(line, len);
	else
		keep(line, len);
}
