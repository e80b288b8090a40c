// SPDX-License-Identifier: MIT
/* wire.c - telling the host, over QEMU's debug console port or a serial line. */
#include "init/wire/wire.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "init/pure/format.h"
#include "init/sys/sys.h"

#define PORT 0xe9
#define ANSWER 0xe9 /* what QEMU's isa-debugcon gives when it is read */
#define LINE_MAX 512
#define PATH_MAX 64 /* bytes of "/dev/NAME"; no serial line has a longer one */

/* What wire_tty() was given: every step tells, and none of them needs to know how. */
static const char *tty;

void wire_tty(const char *name)
{
	tty = name;
}

/* Returns whether the port is there, and has taken the line. */
static int tell_port(const char *line, size_t len)
{
	int is_there;

	/* Without the kernel's leave the instruction itself would be a SIGSEGV. */
	if (sys_ioperm(PORT, 1, 1))
		return 0;
	is_there = sys_inb(PORT) == ANSWER;
	if (is_there)
		sys_outb(PORT, line, len);
	/* Given back at once: leave would pass to every child, and through its exec. */
	sys_ioperm(PORT, 1, 0);
	return is_there;
}

/* Opened for each line, so that no descriptor of it passes to a child. What cannot be written is
 * not said again: the line that failed was the one to say so. */
static void tell_tty(const char *line, size_t len)
{
	char path[PATH_MAX];
	int fd;

	format_text(path, sizeof(path), "/dev/%s", tty);
	fd = sys_open(path, O_WRONLY | O_NOCTTY);
	if (fd < 0)
		return;
	while (len) {
		long written = sys_write(fd, line, len);

		if (written <= 0)
			break;
		line += written;
		len -= (size_t)written;
	}
	sys_drain_tty(fd);
	sys_close(fd);
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
	if (!tell_port(line, len) && tty)
		tell_tty(line, len);
}
