// SPDX-License-Identifier: MIT
/* port.c - a port of virtio-serial, by its name. */
#include "init/device/port.h"

#include <errno.h>
#include <unistd.h>

#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/wire/vport.h"
#include "init/wire/wire.h"

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
static bool is_open(void *argument)
{
	struct search *search = argument;

	search->fd = vport_open(search->name);
	if (search->fd < 0 || !loop_is_hung_up(search->fd))
		return search->fd >= 0;
	sys_close(search->fd);
	search->fd = -ENOTCONN;
	search->recheck.due = sys_clock_ms() + HOST_RECHECK_MS;
	loop_add_timer(search->loop, &search->recheck);
	return false;
}

int port_open(struct uevents *uevents, const char *name, int64_t deadline)
{
	struct search search = { .loop = uevents->loop, .name = name, .recheck.expired = expired };

	if (sys_access(VPORTS, F_OK))
		return -ENODEV;
	if (!is_open(&search)) {
		uevents_open(uevents);
		log_print(LOG_INFO, "waiting for the port %s", name);
		wire_report("status waiting for the port %s", name);
		uevents_wait(uevents, is_open, &search, deadline, NULL, NULL);
		loop_remove_timer(uevents->loop, &search.recheck);
	}
	return search.fd;
}
