// SPDX-License-Identifier: MIT
/* wire.c - report to the hypervisor over QEMU's debug console port, or over a serial line. */
#include "init/wire/wire.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "init/loop/apart.h"
#include "init/pure/format.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/sys/terminal.h"

#define PORT 0xe9
#define ANSWER 0xe9 /* what QEMU's isa-debugcon returns when it is read */
#define LINE_MAX 512
#define DRAIN_S 5 /* `rdinit run` waits for ten after the last report */
#define PATH_MAX 64 /* bytes of "/dev/NAME"; serial lines have short names */

/* Global, so that steps need not know how reports are sent. */
static struct {
	const char *name; /* NULL: no line */
	bool is_open;
	struct terminal terminal;
} line_to_host;

void wire_tty(const char *name)
{
	if (line_to_host.is_open)
		sys_close(line_to_host.terminal.fd);
	line_to_host.is_open = false;
	line_to_host.terminal.is_deaf = false;
	line_to_host.name = name;
}

/* Returns whether the port exists; then the line is sent. */
static int tell_port(const char *line, size_t len)
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

/* The line may come with a module. It stays open: to close it would wait for its last byte. Errors
 * are not logged: the host reads only this line. */
static void tell_line(const char *line, size_t len)
{
	char path[PATH_MAX];
	int fd;

	if (!line_to_host.is_open) {
		format_text(path, sizeof(path), "/dev/%s", line_to_host.name);
		fd = sys_open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
		if (fd < 0)
			return;
		line_to_host.terminal.fd = fd;
		line_to_host.is_open = true;
	}
	if (!terminal_write(&line_to_host.terminal, line, len))
		log_say(LOG_WARNING, "report over rdinit.host=%s: it takes no bytes for %d s",
			line_to_host.name, TERMINAL_PATIENCE_S);
}

static bool has_unsent(int fd)
{
	return fd >= 0 && sys_tty_unsent(fd) > 0;
}

static long drain(void *argument)
{
	const int *fds = argument;

	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			sys_drain_tty(fds[i]);
	return 0;
}

/* Where nothing but the port's own few bytes is unsent, the driver waits for these itself, and not
 * for long. */
void wire_drain(struct loop *loop, int fd)
{
	bool has_line = line_to_host.is_open && !line_to_host.terminal.is_deaf;
	const int fds[] = { has_line ? line_to_host.terminal.fd : NO_TERMINAL, fd };
	struct apart *apart;

	if (!has_unsent(fds[0]) && !has_unsent(fds[1])) {
		drain((void *)fds);
		return;
	}
	apart = apart_start(loop, drain, fds, sizeof(fds));
	if (!apart_wait(apart, loop_deadline(DRAIN_S)))
		log_say(LOG_WARNING, "send the last bytes to a terminal: no answer for %d s",
			DRAIN_S);
	apart_end(apart);
}

void wire_tell(const char *format, ...)
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
	if (!tell_port(line, len) && line_to_host.name)
		tell_line(line, len);
}
