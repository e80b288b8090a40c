// SPDX-License-Identifier: MIT
/* wire.c - report to the hypervisor over QEMU's debug console port, or over a serial line. */
#include "init/wire/wire.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "init/pure/format.h"
#include "init/sys/sys.h"

#define PORT 0xe9
#define ANSWER 0xe9 /* what QEMU's isa-debugcon returns when it is read */
#define LINE_MAX 512
#define PATH_MAX 64 /* bytes of "/dev/NAME"; serial lines have short names */

/* Global, so that steps need not know how reports are sent. */
static const char *tty;

void wire_tty(const char *name)
{
	tty = name;
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

/* Opens the line for each report, so that no child inherits the descriptor. Errors are not logged:
 * the host reads only this line. */
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
