// SPDX-License-Identifier: MIT
/* port.c - a port of virtio-serial, by its name. */
#include "init/device/port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/format.h"
#include "init/pure/limits.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/wire.h"

#define PORTS "/sys/class/virtio-ports" /* made by the driver, whether it has ports or not */
/* The kernel reports no event when the host opens its end of a port. */
#define HOST_RECHECK_MS 10

struct search {
	struct loop *loop;
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
	loop_add_timer(search->loop, &search->recheck);
	return -ENOTCONN;
}

static int try_port(const struct dirent_view *entry, void *argument)
{
	struct search *search = argument;
	char path[DEVICE_PATH_MAX], name[PORT_NAME_MAX];

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

int port_open(struct uevents *uevents, const char *name, int64_t deadline)
{
	struct search search = { .loop = uevents->loop, .name = name, .recheck.expired = expired };

	if (sys_access(PORTS, F_OK))
		return -ENODEV;
	if (!is_open(&search)) {
		uevents_open(uevents);
		log_say(LOG_INFO, "waiting for the port %s", name);
		wire_tell("status waiting for the port %s", name);
		uevents_wait(uevents, is_open, &search, deadline, NULL, NULL);
		loop_remove_timer(uevents->loop, &search.recheck);
	}
	return search.fd;
}
