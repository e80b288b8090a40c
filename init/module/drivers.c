// SPDX-License-Identifier: MIT
/* drivers.c - load the modules that match the modaliases of devices, by /etc/rdinit/drivers. */
#include <errno.h>
#include <string.h>
#include <dirent.h>
#include <unistd.h>

#include "init/module/module.h"
#include "init/pure/count.h"
#include "init/pure/drivers.h"
#include "init/pure/find.h"
#include "init/pure/format.h"
#include "init/pure/modlist.h"
#include "init/pure/paths.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define TREE "/sys/devices"
#define ALIAS_MAX 1024 /* bytes; an input device's has 600 */
#define PATH_SIZE 512 /* bytes of a device's path in sysfs; a USB disk on two hubs has 160 */
#define UNANSWERED 8 /* devices without a driver that the report names */

/* --- queue the modules of an alias --- */

static void name_of(const struct modules *modules, unsigned int line, char name[MODULE_NAME_SIZE])
{
	char path[DRIVER_PATH_MAX] = "";
	struct driver driver;

	if (drivers_at(&modules->queue.drivers, line, &driver) == 0)
		span_text(driver.path, path, sizeof(path));
	modlist_name(path, name, MODULE_NAME_SIZE);
}

/* The blacklist only applies to devices: a module that another one needs is loaded anyway. */
static void queue_for_device(void *argument, unsigned int line)
{
	struct modules *modules = argument;
	char name[MODULE_NAME_SIZE];

	if (modules->queue.state[line] != DRIVER_UNASKED)
		return;
	name_of(modules, line, name);
	if (settings_list_has(&modules->settings->blacklist, name)) {
		modules->queue.state[line] = DRIVER_REFUSED;
		log_print(LOG_INFO, "%s is blacklisted", name);
		return;
	}
	module_queue_add(modules, line);
}

static int queue_alias(struct modules *modules, const char *alias)
{
	return drivers_match(&modules->queue.drivers, alias, queue_for_device, modules);
}

int drivers_ask(struct modules *modules, const char *alias)
{
	int found = queue_alias(modules, alias);

	module_queue_run(modules);
	return found;
}

/* --- present devices: every file "modalias" below /sys/devices --- */

struct walk {
	struct modules *modules;
	void (*each)(struct modules *modules, const char *dir, const char *modalias);
	char path[PATH_SIZE];
};

static int visit(const struct dirent_view *entry, void *argument);

/* ENOENT, ENODEV: the device was removed. After any other error a driver may be missing. */
static void report_unread(const struct walk *walk, long result)
{
	if (result < 0 && result != -ENOENT && result != -ENODEV)
		log_warn((int)result, "read %s for the drivers of devices", walk->path);
}

static void walk_below(struct walk *walk)
{
	report_unread(walk, file_each(walk->path, visit, walk));
}

static void read_modalias(struct walk *walk, size_t used)
{
	char alias[ALIAS_MAX];
	long len;

	format_text(walk->path + used, sizeof(walk->path) - used, "/modalias");
	len = file_read(walk->path, alias, sizeof(alias));
	report_unread(walk, len);
	walk->path[used] = '\0';
	if (len <= 0)
		return;
	alias[strcspn(alias, "\n")] = '\0';
	walk->each(walk->modules, walk->path, alias);
}

/* Skips the directory "power", which every device has: no device is below it. */
static int visit(const struct dirent_view *entry, void *argument)
{
	struct walk *walk = argument;
	size_t used = strlen(walk->path);

	if (entry->type == DT_REG && strcmp(entry->name, "modalias") == 0)
		read_modalias(walk, used);
	if (entry->type != DT_DIR || strcmp(entry->name, "power") == 0 ||
	    used + strlen(entry->name) + sizeof("//modalias") > sizeof(walk->path))
		return 0;
	format_text(walk->path + used, sizeof(walk->path) - used, "/%s", entry->name);
	walk_below(walk);
	walk->path[used] = '\0';
	return 0;
}

static void walk_devices(struct modules *modules,
			 void (*each)(struct modules *modules, const char *dir,
				      const char *modalias))
{
	struct walk walk = { .modules = modules, .each = each, .path = TREE };

	walk_below(&walk);
}

static void queue_device(struct modules *modules, const char *dir, const char *modalias)
{
	(void)dir;
	queue_alias(modules, modalias);
}

static void on_uevent(void *owner, const struct uevent *event)
{
	if (!event)
		walk_devices(owner, queue_device);
	else if (event->modalias && event->action && strcmp(event->action, "add") == 0)
		queue_alias(owner, event->modalias);
}

static void on_quiet(void *owner)
{
	module_queue_start(owner);
}

static void load_named(struct modules *modules)
{
	char name[MODULE_NAME_SIZE];

	for (unsigned int line = 0; line < modules->queue.drivers.count; line++) {
		name_of(modules, line, name);
		if (settings_list_has(&modules->settings->modules_load, name))
			module_queue_add(modules, line);
	}
}

/* Subscribes before the walk: the kernel announces devices that appear later. */
void drivers_load(struct modules *modules)
{
	struct span text = { NULL, 0 };
	int error = sys_map(DRIVERS_FILE, &text.data, &text.len);

	if (error == -ENOENT)
		return;
	if (!error)
		error = drivers_parse(text, &modules->queue.drivers);
	if (error) {
		log_warn(error, "read " DRIVERS_FILE);
		return;
	}
	modules->subscriber = (struct uevent_subscriber){ NULL, on_uevent, on_quiet, modules };
	uevents_subscribe(modules->devices->uevents, &modules->subscriber);
	uevents_open(modules->devices->uevents);
	if (modules->settings->modules_load.count)
		load_named(modules);
	walk_devices(modules, queue_device);
	do
		module_queue_run(modules);
	while (uevents_read(modules->devices->uevents));
}

bool hardware_is_known(void *argument)
{
	const struct modules *modules = argument;

	return devices_are_known(modules->devices) && module_queue_is_idle(argument);
}

void hardware_wait_until_known(struct modules *modules)
{
	loop_run(modules->devices->loop, hardware_is_known, modules, NO_DEADLINE);
}

/* --- for the report --- */

/* Whether a disk may depend on this device: PCI storage, USB and SD controllers, all of virtio.
 * Bridges and the like never have a driver. */
static int may_matter(const char *modalias)
{
	static const char *const buses[] = { "virtio:", "usb:",	 "scsi:",
					     "mmc:",	"sdio:", "pci:v00001AF4" };
	static const char *const classes[] = { "bc01sc", "bc0Csc03", "bc08sc05" };

	for (size_t i = 0; i < COUNT(buses); i++)
		if (strncmp(modalias, buses[i], strlen(buses[i])) == 0)
			return 1;
	for (size_t i = 0; i < COUNT(classes); i++)
		if (strncmp(modalias, "pci:", 4) == 0 && text_find(modalias, classes[i]))
			return 1;
	return 0;
}

static void count_one(void *argument, unsigned int line)
{
	(void)argument, (void)line;
}

static void name_unanswered(struct modules *modules, const char *dir, const char *modalias)
{
	char driver[PATH_SIZE + sizeof("/driver")];

	format_text(driver, sizeof(driver), "%s/driver", dir);
	if (modules->unanswered > UNANSWERED || !may_matter(modalias) ||
	    sys_access(driver, F_OK) == 0 ||
	    drivers_match(&modules->queue.drivers, modalias, count_one, NULL))
		return;
	if (modules->unanswered++ == UNANSWERED)
		log_print(LOG_ERROR, "more devices have no driver");
	else
		log_print(LOG_ERROR, "no driver for %s: %s", strrchr(dir, '/') + 1, modalias);
}

void drivers_report(struct modules *modules)
{
	walk_devices(modules, name_unanswered);
}
