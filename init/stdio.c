// SPDX-License-Identifier: MIT
/* stdio.c - open the port of the program's standard streams: of virtio-serial, or a serial line. */
#include <errno.h>
#include <fcntl.h>
#include <termios.h>

#include "init/boot.h"
#include "init/device/port.h"
#include "init/pure/format.h"
#include "init/pure/stdioports.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define PORT_WAIT_S 10 /* the driver's ports follow within milliseconds */

/* --- a serial line --- */

static int open_line(const char *name)
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

/* --- the step --- */

int stdio_connect(struct boot *boot)
{
	struct stdio_ports ports;
	int fd = -ENODEV;

	if (!boot->settings.stdio)
		return 0;
	stdio_ports_parse(boot->settings.stdio, &ports);
	if (ports.port[0]) {
		fd = port_open(&boot->uevents, ports.port, loop_deadline(PORT_WAIT_S));
		if (fd >= 0)
			stdio_use(&boot->stdio, fd, STDIO_VIRTIO);
		else if (ports.line)
			log_warn(fd, "open the virtio-serial port %s (using %s)", ports.port,
				 ports.line);
	}
	if (fd < 0 && ports.line) {
		fd = open_line(ports.line);
		if (fd >= 0)
			stdio_use(&boot->stdio, fd, STDIO_LINE);
	}
	return fd >= 0 ? 0
		       : log_err(fd, "open rdinit.stdio=%s (using the console)",
				 boot->settings.stdio);
}
