// SPDX-License-Identifier: MIT
/* devices.c - the table of block devices: those that are there, and what became of them. */
#include "init/device/devices.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "init/pure/cmdline.h"
#include "init/pure/format.h"
#include "init/pure/number.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define PARTITIONS_MAX 20480 /* bytes of /proc/partitions: a line has 30 to 70 */
#define PARTITIONS_WORDS 4

struct device *devices_find(struct devices *devices, unsigned int major, unsigned int minor)
{
	for (int i = 0; i < devices->count; i++)
		if (devices->all[i].major == major && devices->all[i].minor == minor)
			return &devices->all[i];
	return NULL;
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

/* The directory above the device's own, in ".../block/vda/vda1". */
static void set_disk(struct device *device, const char *path)
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
		if (!devices->is_full_logged)
			log_print(LOG_WARNING,
				  "%s and later ones are ignored: there is room for %d "
				  "block devices, with names of %d bytes",
				  name, DEVICES_MAX, DEVICE_NAME_MAX - 1);
		devices->is_full_logged = true;
		return NULL;
	}
	device = &devices->all[devices->count++];
	memset(device, 0, sizeof(*device));
	device->instance = ++devices->instances;
	memcpy(device->name, name, strlen(name) + 1);
	return device;
}

/* NULL: not a device to probe. */
static struct device *add_device(struct devices *devices, const struct uevent *event,
				 const char *path)
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
		set_disk(device, path);
	return device;
}

/* The partitions of a mirror's half are the mirror's: to write to one alone would break it. */
bool device_is_in_member(const struct devices *devices, const struct device *device)
{
	for (int i = 0; i < devices->count && device->part; i++) {
		const struct device *disk = &devices->all[i];

		if (device_is_known(disk) && strcmp(disk->name, device->disk) == 0)
			return format_info(disk->finding.format).use == USE_MEMBER;
	}
	return false;
}

bool devices_is_lower(const struct device *a, const struct device *b)
{
	return a->major < b->major || (a->major == b->major && a->minor < b->minor);
}

/* The last of the list moves there. */
static void forget(struct devices *devices, struct device *device)
{
	struct device *last = &devices->all[devices->count - 1];

	for (int i = 0; i < PROBES_MAX; i++) {
		if (devices->probes[i].device == device)
			devices->probes[i].device = NULL;
		else if (devices->probes[i].device == last)
			devices->probes[i].device = device;
	}
	if (device != last)
		*device = *last;
	devices->count--;
}

/* The media changed, partitions were read again, a mapping was made: all that was known is void.
 * What is open stays so: what an opener does to it is reported as a change, too. */
static void forget_finding(struct devices *devices, struct device *device)
{
	devices->changes = CONTENT_CHANGED;
	if (device->state == DEVICE_PROBING)
		device->changed = CHANGED;
	else if (device->state < DEVICE_OPENING || device->state == DEVICE_FAILED)
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

static void on_event(void *owner, const struct uevent *event)
{
	struct devices *devices = owner;
	struct device *device;

	if (!event)
		devices_scan(devices);
	if (!event || !event->subsystem || strcmp(event->subsystem, "block") || !event->action ||
	    !event->devpath)
		return;
	device = add_device(devices, event, event->devpath);
	if (!device)
		return;
	if (devices->changes == NO_CHANGES)
		devices->changes = DEVICES_CHANGED;
	if (strcmp(event->action, "remove") == 0)
		forget(devices, device);
	else if (strcmp(event->action, "change") == 0)
		forget_finding(devices, device);
	else if (strcmp(event->action, "add") == 0)
		announce(device);
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
static void add_line(struct devices *devices, char *line)
{
	char *words[PARTITIONS_WORDS + 1];
	struct uevent event = { .action = NULL };

	if (words_split(line, words, PARTITIONS_WORDS) != PARTITIONS_WORDS)
		return;
	event.major = words[0];
	event.minor = words[1];
	event.devname = words[3];
	add_device(devices, &event, "");
}

/* One file in place of four in sysfs for each device, whose paths cost the kernel ten
 * times more. */
int devices_scan(struct devices *devices)
{
	static char text[PARTITIONS_MAX];
	long len = file_read("/proc/partitions", text, sizeof(text));
	int known = devices->count;

	if (len < 0 && !devices->is_scan_failure_logged) {
		devices->is_scan_failure_logged = true;
		log_warn((int)len, "read /proc/partitions");
	}
	if (len < 0)
		return (int)len;
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		add_line(devices, line);
	}
	for (int i = known; i < devices->count; i++)
		find_disk(devices, &devices->all[i]);
	return 0;
}

static bool is_to_be_probed(const struct devices *devices, const struct device *device)
{
	return device->state == DEVICE_NEW && (devices->probes_all || device->is_wanted);
}

bool devices_are_known(const struct devices *devices)
{
	for (int i = 0; i < devices->count; i++) {
		const struct device *device = &devices->all[i];

		if (device->state == DEVICE_PROBING || device->state == DEVICE_OPENING ||
		    is_to_be_probed(devices, device))
			return false;
	}
	return true;
}

/* --- probes --- */

static struct probe *free_probe(struct devices *devices)
{
	for (int i = 0; i < PROBES_MAX; i++)
		if (!devices->probes[i].child.pid)
			return &devices->probes[i];
	return NULL;
}

/* Where no child can be started for one device, none can for the next. */
static void start_probes(struct devices *devices)
{
	struct probe *probe;

	for (int i = 0; i < devices->count; i++) {
		struct device *device = &devices->all[i];

		if (!is_to_be_probed(devices, device))
			continue;
		probe = free_probe(devices);
		if (!probe)
			return;
		probe_start(devices, probe, device);
		if (device->state == DEVICE_NEW)
			return;
	}
	devices->probe_tries_end = 0;
}

void devices_go_on(struct devices *devices)
{
	start_probes(devices);
	for (struct device_subscriber *to = devices->first; to; to = to->next)
		to->changed(to->owner);
}

void devices_subscribe(struct devices *devices, struct device_subscriber *subscriber)
{
	subscriber->next = devices->first;
	devices->first = subscriber;
}

static void go_on(void *owner)
{
	devices_go_on(owner);
}

void devices_probe_all(struct devices *devices)
{
	devices->probes_all = true;
	start_probes(devices);
}

void devices_probe(struct devices *devices, struct device *device)
{
	device->is_wanted = true;
	start_probes(devices);
}

void devices_end(struct devices *devices)
{
	devices->probes_all = false;
	for (int i = 0; i < PROBES_MAX; i++)
		if (devices->probes[i].child.pid)
			sys_kill(devices->probes[i].child.pid, SIGKILL);
}

/* --- waiting --- */

void devices_init(struct devices *devices, struct loop *loop, struct uevents *uevents)
{
	devices->loop = loop;
	devices->uevents = uevents;
}

void devices_watch(struct devices *devices)
{
	devices->subscriber = (struct uevent_subscriber){ NULL, on_event, go_on, devices };
	uevents_subscribe(devices->uevents, &devices->subscriber);
	devices->probe_retry.node.owner = devices;
	devices->probe_retry.expired = go_on;
}

/* What could not be read may not have been ready, and was announced before the socket was open. */
void devices_open(struct devices *devices)
{
	if (devices->uevents->is_open)
		return;
	uevents_open(devices->uevents);
	for (int i = 0; i < devices->count; i++)
		announce(&devices->all[i]);
}

static void look(void *owner)
{
	devices_scan(owner);
	devices_go_on(owner);
}

int devices_wait(struct devices *devices, bool (*until)(void *argument), void *argument,
		 int64_t deadline)
{
	return uevents_wait(devices->uevents, until, argument, deadline, look, devices);
}

/* --- a device by its node --- */

struct node {
	struct devices *devices;
	dev_t number;
};

/* What comes and goes meanwhile may move the device in the table. */
static struct device *device_of(const struct node *node)
{
	return devices_find(node->devices, major(node->number), minor(node->number));
}

/* One that goes and comes back meanwhile is a new one, and has to be probed, too. */
static bool is_probed(void *argument)
{
	const struct node *node = argument;
	struct device *device = device_of(node);

	if (device)
		devices_probe(node->devices, device);
	return !device || (device->state != DEVICE_NEW && device->state != DEVICE_PROBING);
}

int devices_probe_node(struct devices *devices, const char *path, struct device **device)
{
	struct node node = { .devices = devices };
	struct stat st;
	int error = sys_stat(path, &st);

	if (error)
		return log_err(error, "stat %s", path);
	node.number = st.st_rdev;
	loop_run(devices->loop, is_probed, &node, NO_DEADLINE);
	*device = device_of(&node);
	return 0;
}
