/* devices.c - the block devices that there are: those that were there, and those that come. */
#include "init/devices.h"

#include <errno.h>
#include <string.h>

#include "init/pure/cmdline.h"
#include "init/pure/format.h"
#include "init/pure/number.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define LOOK_AGAIN_MS 100 /* without CONFIG_NET the kernel tells nobody */
#define PARTITIONS_MAX 20480 /* bytes of /proc/partitions: a line has 30 to 70 */
#define PARTITIONS_WORDS 4

/* sysfs has "!" where a name has "/". */
void sysfs_name(char *path, size_t size, const char *name, const char *file)
{
	size_t at = format_text(path, size, "/sys/class/block/");

	format_text(path + at, size - at, "%s", name);
	for (; path[at]; at++)
		if (path[at] == '/')
			path[at] = '!';
	format_text(path + at, size - at, "/%s", file);
}

struct device *devices_find(struct devices *devices, unsigned int major, unsigned int minor)
{
	for (int i = 0; i < devices->count; i++)
		if (devices->all[i].major == major && devices->all[i].minor == minor)
			return &devices->all[i];
	return NULL;
}

int64_t devices_time_left(int64_t deadline)
{
	int64_t left = deadline - sys_clock_ms();

	if (deadline == NO_DEADLINE)
		return -1;
	return left > 0 ? left : 0;
}

/* "vda1" of "vda" is 1, "nvme0n1p2" of "nvme0n1" is 2; 0: no partition of it. Source: the kernel's
 * block/partitions/core.c. */
static unsigned int part_of(const char *name, const char *disk)
{
	size_t len = strlen(disk);
	unsigned int number;

	if (strncmp(name, disk, len) || len == 0)
		return 0;
	name += len;
	if (disk[len - 1] >= '0' && disk[len - 1] <= '9' && *name++ != 'p')
		return 0;
	return number_parse(name, 10, 0xffff, &number) ? number : 0;
}

/* The folder above the device's own, in ".../block/vda/vda1". */
static void take_disk(struct device *device, const char *path)
{
	const char *end = strrchr(path, '/'), *start = end;
	size_t len;

	while (start && start > path && start[-1] != '/')
		start--;
	len = end ? (size_t)(end - start) : 0;
	if (len == 0 || len >= sizeof(device->disk))
		return;
	memcpy(device->disk, start, len);
	device->disk[len] = '\0';
	for (char *c = device->disk; *c; c++)
		if (*c == '!')
			*c = '/';
	device->part = part_of(device->name, device->disk);
}

static struct device *new_device(struct devices *devices, const char *name)
{
	struct device *device;

	if (devices->count == DEVICES_MAX || strlen(name) >= DEVICE_NAME_MAX) {
		if (devices->left_out++ == 0)
			log_say(LOG_WARNING,
				"%s and what comes after it is not looked at: only %d "
				"block devices, with names of %d bytes",
				name, DEVICES_MAX, DEVICE_NAME_MAX - 1);
		return NULL;
	}
	device = &devices->all[devices->count++];
	memset(device, 0, sizeof(*device));
	memcpy(device->name, name, strlen(name) + 1);
	return device;
}

/* NULL: not one to look at. */
static struct device *take_in(struct devices *devices, const struct uevent *event, const char *path)
{
	unsigned int major, minor;
	struct device *device;

	if (!event->devname || !event->major || !event->minor ||
	    !number_parse(event->major, 10, 0xfff, &major) ||
	    !number_parse(event->minor, 10, 0xfffff, &minor))
		return NULL;
	device = devices_find(devices, major, minor);
	if (device && strcmp(device->name, event->devname) == 0)
		return device;
	if (!device)
		device = new_device(devices, event->devname);
	if (!device)
		return NULL;
	device->major = major;
	device->minor = minor;
	if (event->devtype && strcmp(event->devtype, "partition") == 0)
		take_disk(device, path);
	return device;
}

/* The last of the list takes the place. */
static void forget(struct devices *devices, struct device *device)
{
	struct device *last = &devices->all[devices->count - 1];

	for (int i = 0; i < PROBES_MAX; i++) {
		if (devices->probes[i].device == device)
			devices->probes[i].device = NULL;
		if (devices->probes[i].device == last)
			devices->probes[i].device = device;
	}
	if (device != last)
		*device = *last;
	devices->count--;
}

/* The media changed, partitions were read again, a mapping was made: all that was known is void. */
static void look_anew(struct device *device)
{
	if (device->state == DEVICE_PROBING)
		device->changed = CHANGED;
	else
		device->state = DEVICE_NEW;
}

/* It may have been known from a scan, and not been ready then. */
static void announce(struct device *device)
{
	if (device->state == DEVICE_PROBING && device->changed == UNCHANGED)
		device->changed = ANNOUNCED;
	else if (device->state == DEVICE_SILENT ||
		 (device->state == DEVICE_KNOWN && device->finding.found == FOUND_UNREADABLE))
		device->state = DEVICE_NEW;
}

static void take_block_event(struct devices *devices, const struct uevent *event)
{
	struct device *device;

	if (!event->action || !event->devpath)
		return;
	device = take_in(devices, event, event->devpath);
	if (!device)
		return;
	if (strcmp(event->action, "remove") == 0)
		forget(devices, device);
	else if (strcmp(event->action, "change") == 0)
		look_anew(device);
	else if (strcmp(event->action, "add") == 0)
		announce(device);
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
		take_block_event(devices, &event);
	return strcmp(event.subsystem, "block") == 0 || strcmp(event.subsystem, "virtio") == 0;
}

/* Empties the socket. Whether it told of such devices; ENOBUFS means that words were lost. */
static int take_events(struct devices *devices)
{
	static uint8_t message[UEVENT_SIZE_MAX];
	int heard = 0;

	for (;;) {
		long len = sys_read(devices->uevents, message, sizeof(message));

		if (len == -EAGAIN || len == 0)
			return heard;
		if (len == -ENOBUFS) {
			devices_scan(devices);
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

/* "vda1" of "vda", "nvme0n1p2" of "nvme0n1": whose number is what follows its name. */
static void find_disk(struct devices *devices, struct device *device)
{
	for (int i = 0; i < devices->count; i++) {
		const char *disk = devices->all[i].name;
		unsigned int part = part_of(device->name, disk);

		if (!part)
			continue;
		memcpy(device->disk, disk, strlen(disk) + 1);
		device->part = part;
	}
}

/* A line of /proc/partitions: major, minor, KiB, name. Those without a size are not in it. */
static void take_line(struct devices *devices, char *line)
{
	char *words[PARTITIONS_WORDS + 1];
	struct uevent event = { .action = NULL };

	if (words_split(line, words, PARTITIONS_WORDS) != PARTITIONS_WORDS)
		return;
	event.major = words[0];
	event.minor = words[1];
	event.devname = words[3];
	take_in(devices, &event, "");
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
	for (int i = 0; i < devices->count; i++)
		announce(&devices->all[i]);
}

/* One file in place of four in sysfs for each device, whose paths cost the kernel ten times more.
 */
int devices_scan(struct devices *devices)
{
	static char text[PARTITIONS_MAX];
	long len = file_read("/proc/partitions", text, sizeof(text));
	int known = devices->count;

	if (len < 0)
		return log_warn((int)len, "read /proc/partitions");
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		take_line(devices, line);
	}
	for (int i = known; i < devices->count; i++)
		find_disk(devices, &devices->all[i]);
	return 0;
}

int devices_are_busy(const struct devices *devices)
{
	for (int i = 0; i < devices->count; i++)
		if (devices->all[i].state == DEVICE_NEW || devices->all[i].state == DEVICE_PROBING)
			return 1;
	return 0;
}

static void start_probes(struct devices *devices)
{
	int next = 0;

	for (int i = 0; i < PROBES_MAX; i++) {
		if (devices->probes[i].pid)
			continue;
		while (next < devices->count && devices->all[next].state != DEVICE_NEW)
			next++;
		if (next == devices->count)
			return;
		probe_start(devices, &devices->probes[i], &devices->all[next]);
	}
}

/* Until something is heard, at the latest at the nearest of all deadlines. */
static int listen(struct devices *devices, int64_t deadline, struct pollfd news[PROBES_MAX + 1])
{
	for (int i = 0; i < PROBES_MAX; i++) {
		const struct probe *probe = &devices->probes[i];

		news[i] = (struct pollfd){ .fd = probe->pid ? probe->pipe : -1, .events = POLLIN };
		if (probe->pid && probe->deadline < deadline)
			deadline = probe->deadline;
	}
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
			probe_finish(devices, probe);
		else if (devices_time_left(probe->deadline) == 0)
			probe_give_up(probe);
	}
}

void devices_hear(struct devices *devices)
{
	if (devices->is_open && devices->uevents >= 0)
		take_events(devices);
}

void devices_wait(struct devices *devices, enum look look, int64_t deadline)
{
	struct pollfd news[PROBES_MAX + 1];
	int heard = 0;

	while (!heard) {
		if (look == LOOK_INSIDE)
			start_probes(devices);
		heard = listen(devices, deadline, news) == 0;
		for (int i = 0; i < PROBES_MAX; i++)
			heard |= news[i].revents;
		finish_probes(devices, news);
		if (news[PROBES_MAX].revents)
			heard |= take_events(devices);
		if (devices->is_open && devices->uevents < 0)
			devices_scan(devices);
	}
}
