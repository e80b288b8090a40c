// SPDX-License-Identifier: MIT
/* stdio.c - open the port of the program's standard streams: of virtio-serial, or a serial line. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/pure/stdioports.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

#define PORTS "/sys/class/virtio-ports" /* made by the driver, whether it has ports or not */
#define PORT_WAIT_S 10 /* the driver's ports follow within milliseconds */
/* The kernel reports no event when the host opens its end of a port. */
#define HOST_RECHECK_MS 10

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

/* --- a port of virtio-serial --- */

struct search {
	struct boot *boot;
	const char *name;
	int fd; /* or -errno of the last attempt */
	struct loop_timer recheck;
};

static void expired(void *owner)
{
	(void)owner;
}

/* Until the host has opened its end, reads report the end of the input. */
static int open_connected(struct search *search, const char *path)
{
	int fd = sys_open(path, O_RDWR | O_NONBLOCK);

	if (fd < 0 || !loop_is_hung_up(fd))
		return fd;
	sys_close(fd);
	search->recheck.due = sys_clock_ms() + HOST_RECHECK_MS;
	loop_add_timer(&search->boot->loop, &search->recheck);
	return -ENOTCONN;
}

static int try_port(const struct dirent_view *entry, void *argument)
{
	struct search *search = argument;
	char path[DEVICE_PATH_MAX], name[STDIO_NAME_MAX];

	format_text(path, sizeof(path), PORTS "/%s/name", entry->name);
	if (!file_line(path, name, sizeof(name)) || strcmp(name, search->name) != 0)
		return 0;
	format_text(path, sizeof(path), "/dev/%s", entry->name);
	search->fd = open_connected(search, path);
	return 1;
}

static bool is_open(void *argument)
{
	struct search *search = argument;

	search->fd = -ENODEV;
	file_each(PORTS, try_port, search);
	return search->fd >= 0;
}

static int open_port(struct boot *boot, const char *name)
{
	struct search search = { .boot = boot, .name = name, .recheck.expired = expired };

	if (sys_access(PORTS, F_OK))
		return -ENODEV;
	if (!is_open(&search)) {
		uevents_open(&boot->uevents);
		log_say(LOG_INFO, "waiting for the port %s", name);
		wire_tell("status stdio: waiting for the port %s", name);
		uevents_wait(&boot->uevents, is_open, &search, loop_deadline(PORT_WAIT_S), NULL,
			     NULL);
		loop_remove_timer(&boot->loop, &search.recheck);
	}
	return search.fd;
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
		fd = open_port(boot, ports.port);
		if (fd >= 0)
			stdio_use(&boot->stdio, fd, STDIO_VIRTIO);
		else if (ports.line)
			log_say(LOG_INFO, "no virtio-serial port %s: using %s", ports.port,
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
