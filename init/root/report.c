// SPDX-License-Identifier: MIT
/* report.c - what there is where the root was not found. */
#include <errno.h>
#include <string.h>

#include "init/layer/layer.h"
#include "init/pure/format.h"
#include "init/pure/names.h"
#include "init/root/root.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/sys/sysfs.h"

#define LINE 400 /* bytes: fits a line of the log with its prefix */
#define WHY 100

static unsigned long mebibytes(const struct device *device)
{
	return (unsigned long)(sysfs_number(device->name, "size", 0) / 2048);
}

/* "vda 2048 MiB, vdb 16 MiB" */
static void list(struct devices *devices)
{
	char text[LINE] = "";

	for (int i = 0; i < devices->count; i++) {
		size_t used = strlen(text);

		format_text(text + used, sizeof(text) - used, "%s%s %lu MiB", i ? ", " : "",
			    devices->all[i].name, mebibytes(&devices->all[i]));
	}
	log_print(LOG_ERROR, "block devices: %s", devices->count ? text : "none");
}

/* What the disk could be asked for by, where it was asked for so. */
static void describe_disk(const struct device *device, const struct rootspec *spec)
{
	struct diskid id;

	if (!rootspec_is_of_disk(spec) || device->part)
		return;
	device_id_asked(device, spec, &id);
	if (id.kind == DISKID_NONE || !id.text[0])
		log_print(LOG_ERROR, "%s: has no name of its own", device->name);
	else
		log_print(
			LOG_ERROR, "%s: %s%s", device->name,
			spec->kind == ROOTSPEC_DISKPATH ? "/dev/disk/by-path/" : "WWID=", id.text);
}

/* "vda1: ext4 UUID=...", "vdb: LUKS2 UUID=...: not opened: encrypted, ..." */
static void describe(const struct devices *devices, const struct device *device)
{
	char text[LINE], why[WHY];
	bool is_refused = layer_cannot_use(devices, device, why, sizeof(why));

	if (device->state == DEVICE_SILENT) {
		log_print(LOG_ERROR, "%s: %s", device->name, device->trouble);
		return;
	}
	if (!device_is_known(device))
		return;
	if (device->finding.found == FOUND_UNREADABLE)
		format_text(text, sizeof(text), "cannot be read: %s",
			    error_text(device->finding.error));
	else
		finding_describe(&device->finding, text, sizeof(text));
	log_print(LOG_ERROR, "%s: %s%s%s", device->name, text, is_refused ? ": not opened: " : "",
		  why);
}

/* Whether a hint was found: a name of another kind, or in other letters. */
static int hint_near(struct devices *devices, const struct source *source,
		     const struct rootspec *spec)
{
	int found = 0;

	for (int i = 0; i < devices->count; i++) {
		const struct device *device = &devices->all[i];
		const char *word = NULL;

		if (device_is_known(device))
			word = rootspec_near(spec, &device->finding);
		if (word)
			log_print(LOG_ERROR, "hint: or is it %s=%s%s (%s)?", source->parameter,
				  word, rootspec_value(word, &device->finding), device->name);
		found |= word != NULL;
	}
	return found;
}

/* A root by path was only searched for by its name so far. */
static void probe_all(struct root *root)
{
	devices_scan(root->devices);
	devices_probe_all(root->devices);
	hardware_wait_until_known(root->modules);
}

void root_report(struct root *root, const struct source *source, const struct rootspec *spec,
		 int64_t waited_ms)
{
	const char *type = source == &root->source ? root->settings->rootfstype : NULL;
	struct devices *devices = root->devices;
	const struct modules *modules = root->modules;

	probe_all(root); /* before the reason is logged: what fails in it is another */
	log_err(-ETIMEDOUT, "find %s=%s", source->parameter, source->name);
	log_print(LOG_ERROR, "asked for %s=%s%s%s, waited %ld.%ld s", source->parameter,
		  source->name, type ? " rootfstype=" : "", type ? type : "",
		  (long)(waited_ms / 1000), (long)(waited_ms % 1000 / 100));
	list(devices);
	for (int i = 0; i < devices->count; i++)
		describe(devices, &devices->all[i]);
	for (int i = 0; i < devices->count; i++)
		describe_disk(&devices->all[i], spec);
	log_print(LOG_ERROR, "modules: %d loaded, %d failed%s%s", modules->loaded, modules->failed,
		  modules->failed ? ":" : "", modules->failed_names);
	drivers_report(root->modules);
	root_firmware_report();
	if (devices->count == 0)
		log_print(LOG_ERROR,
			  "hint: is the disk's driver in the image? (virtio_blk, nvme, ahci, "
			  "sd_mod ...)");
	else if (!hint_near(devices, source, spec))
		log_print(LOG_ERROR,
			  "hint: is it one of these? a disk's name depends on its driver");
}
