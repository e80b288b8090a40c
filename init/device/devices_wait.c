/* devices_wait.c - the loop: devices that come, change and go, and the probes that look at them. */
#include <errno.h>
#include <string.h>

#include "init/device/devices.h"
#include "init/pure/settings.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define LOOK_AGAIN_MS 100 /* without CONFIG_NET the kernel tells nobody */

enum heard { NOTHING, OTHER_NEWS, NEWS_OF_DEVICES };

int64_t devices_deadline(int seconds)
{
	return seconds == WAIT_FOREVER ? NO_DEADLINE : sys_clock_ms() + (int64_t)seconds * 1000;
}

int64_t devices_time_left(int64_t deadline)
{
	int64_t left = deadline - sys_clock_ms();

	if (deadline == NO_DEADLINE)
		return -1;
	return left > 0 ? left : 0;
}

/* Whether somebody may wait for it: block devices, and the shared folders of a host. */
static int take_event(struct devices *devices, struct span message)
{
	struct uevent event;

	if (uevent_parse(message, &event))
		return 0;
	if (event.modalias && devices->on_modalias && event.action &&
	    strcmp(event.action, "add") == 0)
		devices->on_modalias(devices->argument, event.modalias);
	if (!event.subsystem)
		return 0;
	if (strcmp(event.subsystem, "block") == 0)
		devices_take_event(devices, &event);
	return strcmp(event.subsystem, "block") == 0 || strcmp(event.subsystem, "virtio") == 0;
}

/* Empties the socket. Whether it told of such devices; ENOBUFS means that words were lost. */
static int read_events(struct devices *devices)
{
	static uint8_t message[UEVENT_SIZE_MAX];
	int heard = 0;

	for (;;) {
		long len = sys_read(devices->uevents, message, sizeof(message));

		if (len == -EAGAIN || len == 0)
			return heard;
		if (len == -ENOBUFS) {
			devices_scan(devices);
			if (devices->on_modalias)
				devices->on_modalias(devices->argument, NULL);
			heard = 1;
		} else if (len < 0 && len != -EINTR) {
			log_warn((int)len, "listen for devices (looking every %d ms instead)",
				 LOOK_AGAIN_MS);
			sys_close(devices->uevents);
			devices->uevents = -EBADF;
			return 1;
		} else if (len > 0) {
			heard |= take_event(devices, (struct span){ message, (size_t)len });
		}
	}
}

static int take_events(struct devices *devices)
{
	int heard = read_events(devices);

	while (devices->on_silence && devices->on_silence(devices->argument) &&
	       devices->uevents >= 0)
		heard |= read_events(devices);
	return heard;
}

/* What could not be read may not have been ready, and was announced when nobody listened. */
void devices_open(struct devices *devices)
{
	if (devices->is_open)
		return;
	devices->is_open = 1;
	devices->uevents = sys_open_uevents();
	if (devices->uevents < 0)
		log_warn(devices->uevents, "listen for devices (looking every %d ms instead)",
			 LOOK_AGAIN_MS);
	devices_announce(devices);
}

/* Where no child can be started for one device, none can for the next. Whether a device was given
 * up: then there may be nothing left to wait for. */
static int start_probes(struct devices *devices)
{
	int next = 0, given_up = 0;

	for (int i = 0; i < PROBES_MAX; i++) {
		if (devices->probes[i].pid)
			continue;
		while (next < devices->count && devices->all[next].state != DEVICE_NEW)
			next++;
		if (next == devices->count) {
			devices->probe_tries_end = 0;
			return given_up;
		}
		probe_start(devices, &devices->probes[i], &devices->all[next]);
		if (devices->all[next].state == DEVICE_NEW)
			return given_up;
		given_up |= devices->all[next].state == DEVICE_SILENT;
	}
	return given_up;
}

int devices_probe(struct devices *devices, struct device *device)
{
	int slot = 0;

	while (slot < PROBES_MAX && devices->probes[slot].pid)
		slot++;
	if (device->state == DEVICE_NEW && slot < PROBES_MAX)
		probe_start(devices, &devices->probes[slot], device);
	if (device->state == DEVICE_SILENT)
		devices->probe_tries_end = 0;
	return device->state == DEVICE_NEW || device->state == DEVICE_PROBING;
}

static int64_t nearest(const struct devices *devices, int64_t deadline)
{
	int64_t retry = devices->probe_tries_end ? sys_clock_ms() + PROBE_RETRY_MS : NO_DEADLINE;

	if (retry < deadline)
		deadline = retry;
	for (int i = 0; i < PROBES_MAX; i++)
		if (devices->probes[i].pid && devices->probes[i].deadline < deadline)
			deadline = devices->probes[i].deadline;
	return deadline;
}

/* Until something is heard, at the latest at the nearest of all deadlines. */
static int listen(struct devices *devices, int64_t deadline, struct pollfd news[PROBES_MAX + 1])
{
	for (int i = 0; i < PROBES_MAX; i++) {
		const struct probe *probe = &devices->probes[i];

		news[i] = (struct pollfd){ .fd = probe->pid ? probe->pipe : -1, .events = POLLIN };
	}
	deadline = nearest(devices, deadline);
	news[PROBES_MAX] =
		(struct pollfd){ .fd = devices->is_open ? devices->uevents : -1, .events = POLLIN };
	if (devices->is_open && devices->uevents < 0 && deadline - sys_clock_ms() > LOOK_AGAIN_MS)
		deadline = sys_clock_ms() + LOOK_AGAIN_MS;
	return sys_poll(news, PROBES_MAX + 1, devices_time_left(deadline));
}

static void finish_probes(struct devices *devices, const struct pollfd *news)
{
	for (int i = 0; i < PROBES_MAX; i++) {
		struct probe *probe = &devices->probes[i];

		if (!probe->pid)
			continue;
		if (news[i].revents)
			probe_finish(probe);
		else if (devices_time_left(probe->deadline) == 0)
			probe_give_up(probe);
	}
}

void devices_hear(struct devices *devices)
{
	if (devices->is_open && devices->uevents >= 0)
		take_events(devices);
}

/* Once round. NOTHING: until the deadline. */
static enum heard turn(struct devices *devices, enum look look, int64_t deadline)
{
	struct pollfd news[PROBES_MAX + 1];
	int told, heard = 0;

	if (look == LOOK_INSIDE && start_probes(devices))
		deadline = 0;
	told = listen(devices, deadline, news);
	for (int i = 0; i < PROBES_MAX; i++)
		heard |= news[i].revents;
	finish_probes(devices, news);
	if (news[PROBES_MAX].revents)
		heard |= take_events(devices);
	if (devices->is_open && devices->uevents < 0)
		devices_scan(devices);
	return heard ? NEWS_OF_DEVICES : told > 0 ? OTHER_NEWS : NOTHING;
}

void devices_wait(struct devices *devices, enum look look, int64_t deadline)
{
	while (turn(devices, look, deadline) == OTHER_NEWS)
		;
}

void devices_signal(struct devices *devices)
{
	devices->signals = 1;
	if (devices->uevents >= 0)
		sys_signal_of(devices->uevents);
}

int64_t devices_go_on(struct devices *devices)
{
	while (turn(devices, LOOK_INSIDE, 0) != NOTHING)
		;
	start_probes(devices); /* in place of those that were given up */
	return nearest(devices, NO_DEADLINE);
}

void devices_take_end(struct devices *devices, int pid, int status)
{
	for (int i = 0; i < PROBES_MAX; i++)
		if (devices->probes[i].pid == pid) {
			devices->probes[i].is_reaped = 1;
			devices->probes[i].status = status;
		}
}
