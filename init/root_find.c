/* root_find.c - waits for the device that root= names, told by the kernel when it comes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/pure/rootspec.h"
#include "init/pure/uevent.h"
#include "init/sys/file.h"
#include "init/sys/host.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define NODE_BY_NUMBER "/dev/root"
#define LOOK_AGAIN_MS  100 /* without CONFIG_NET the kernel tells nobody */
#define NO_DEADLINE    INT64_MAX
#define REPORT_LINE    400 /* bytes: fits a line of the log with its prefix */

static int resolve(struct boot *boot, const struct rootspec *spec)
{
	const char *path = spec->kind == ROOTSPEC_PATH ? spec->path : NODE_BY_NUMBER;
	int error = 0;

	if (strlen(path) >= sizeof(boot->root_device))
		return log_err(-ENAMETOOLONG, "take root=%s", path);
	memcpy(boot->root_device, path, strlen(path) + 1);
	if (spec->kind == ROOTSPEC_NUMBER)
		error = sys_mknod(path, S_IFBLK | 0600, spec->major, spec->minor);
	if (error && error != -EEXIST)
		return log_err(error, "make the node %s for %u:%u", path, spec->major, spec->minor);
	return 0;
}

/*
 * A node can be there before its disk is: devtmpfs makes it first, and until the disk is ready
 * (and its partitions read) opening it gives ENXIO. Any other error is the mount's to report.
 */
static int is_there(const struct boot *boot)
{
	int fd = sys_open(boot->root_device, O_RDONLY | O_NONBLOCK);

	if (fd >= 0)
		sys_close(fd);
	return fd != -ENOENT && fd != -ENXIO && fd != -ENOMEDIUM;
}

/* Empties the socket. Whether anything in it speaks of a block device; -errno where the socket
 * broke. ENOBUFS means that words were lost, so one of them may have. */
static int heard_of_block_device(int uevents)
{
	static uint8_t message[UEVENT_SIZE_MAX];
	struct uevent event;
	int heard = 0;

	for (;;) {
		long len = sys_read(uevents, message, sizeof(message));

		if (len == -EAGAIN)
			return heard;
		if (len == -ENOBUFS)
			heard = 1;
		else if (len < 0 && len != -EINTR)
			return (int)len;
		else if (len > 0 &&
			 uevent_parse((struct span){ message, (size_t)len }, &event) == 0)
			heard |= event.subsystem && strcmp(event.subsystem, "block") == 0;
	}
}

/* Milliseconds; -1: no limit, 0: over. */
static int64_t time_left(int64_t deadline)
{
	int64_t left = deadline - sys_clock_ms();

	if (deadline == NO_DEADLINE)
		return -1;
	return left > 0 ? left : 0;
}

/* Until a block device may have come, or the time is up. Without the socket: a short while. */
static void wait_for_news(int *uevents, int64_t deadline)
{
	int64_t left;
	int heard = 0;

	while (heard == 0 && *uevents >= 0 && (left = time_left(deadline)) != 0) {
		struct pollfd news = { .fd = *uevents, .events = POLLIN };

		sys_poll(&news, 1, left);
		heard = heard_of_block_device(*uevents);
		if (heard < 0) {
			log_warn(heard, "listen for devices");
			sys_close(*uevents);
			*uevents = -1;
		}
	}
	if (*uevents < 0)
		sys_poll(NULL, 0, LOOK_AGAIN_MS);
}

/* 0, or -ETIMEDOUT. The socket is open before the first look: nothing falls between them. */
static int wait_until(const struct boot *boot, int64_t deadline)
{
	int uevents = sys_open_uevents();
	int found;

	if (uevents < 0)
		log_warn(uevents, "listen for devices (looking every %d ms instead)", LOOK_AGAIN_MS);
	while (!(found = is_there(boot)) && time_left(deadline) != 0)
		wait_for_news(&uevents, deadline);
	if (uevents >= 0)
		sys_close(uevents);
	return found ? 0 : -ETIMEDOUT;
}

struct device_list {
	char text[REPORT_LINE];
	int count;
};

/* "vda 2048 MiB". Loop and RAM disks that hold nothing are passed over. */
static int list_device(const char *name, void *argument)
{
	struct device_list *list = argument;
	char path[DEVICE_PATH_MAX], size[32];
	unsigned long long sectors = 0;
	size_t used = strlen(list->text);

	format_text(path, sizeof(path), "/sys/class/block/%s/size", name);
	if (file_read(path, size, sizeof(size)) <= 0)
		return 0;
	for (const char *c = size; *c >= '0' && *c <= '9'; c++)
		sectors = sectors * 10 + (unsigned int)(*c - '0');
	if (sectors == 0)
		return 0;
	format_text(list->text + used, sizeof(list->text) - used, "%s%s %lu MiB",
		    list->count++ ? ", " : "", name, (unsigned long)(sectors / 2048));
	return 0;
}

static int report(const struct boot *boot, int64_t waited_ms)
{
	struct device_list list = { .count = 0 };
	int error = file_each("/sys/class/block", list_device, &list);

	log_err(-ETIMEDOUT, "find root=%s", boot->settings.root);
	log_say(LOG_ERROR, "asked for root=%s rootfstype=%s, waited %ld.%ld s", boot->settings.root,
		boot->settings.rootfstype ? boot->settings.rootfstype : "(any)",
		(long)(waited_ms / 1000), (long)(waited_ms % 1000 / 100));
	if (error)
		log_warn(error, "list /sys/class/block");
	else
		log_say(LOG_ERROR, "block devices: %s", list.count ? list.text : "none");
	log_say(LOG_ERROR, "modules: %d loaded, %d failed%s%s", boot->modules_loaded,
		boot->modules_failed, boot->modules_failed ? ":" : "", boot->failed_modules);
	log_say(LOG_ERROR, "hint: %s", list.count ?
		"is it one of these? a disk's name depends on its driver" :
		"is the disk's driver in the image? (virtio_blk, nvme, ahci, sd_mod ...)");
	return -ETIMEDOUT;
}

int root_find(struct boot *boot)
{
	const struct settings *settings = &boot->settings;
	int64_t start = sys_clock_ms(), deadline = NO_DEADLINE;
	struct rootspec spec;
	int error;

	if (rootspec_parse(settings->root, &spec))
		return log_err(-EINVAL, "take root=%s: not /dev/NAME and not MAJ:MIN",
			       settings->root);
	error = resolve(boot, &spec);
	if (error)
		return error;
	if (settings->rootdelay_s)
		sys_poll(NULL, 0, (int64_t)settings->rootdelay_s * 1000);
	if (is_there(boot))
		return 0;
	if (settings->timeout_s != WAIT_FOREVER)
		deadline = start + ((int64_t)settings->rootdelay_s + settings->timeout_s) * 1000;
	log_say(LOG_INFO, "waiting for %s", settings->root);
	host_tell("status root-find: waiting for %s", settings->root);
	error = wait_until(boot, deadline);
	return error ? report(boot, sys_clock_ms() - start) : 0;
}
