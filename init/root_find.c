/* root_find.c - waits for the device that root= names, told by the kernel when it comes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/pure/partitions.h"
#include "init/pure/rootspec.h"
#include "init/root.h"
#include "init/sys/host.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define NODE_BY_NUMBER "/dev/root"
#define DESCRIPTION 300 /* bytes: fits a line of the log with its prefix */

static int take_root(struct boot *boot, const struct device *device, const char *why);
static int refuse(struct boot *boot, const struct device *device, const char *why);

/* What is done with the device that was chosen, by what is on it. */
static const struct handler {
	int (*take)(struct boot *boot, const struct device *device, const char *why);
	const char *why; /* refuse: the reason */
} handlers[FORMAT_COUNT] = {
	[FORMAT_NONE] = { take_root, NULL }, /* the kernel may know more than we do */
	[FORMAT_EXT2] = { take_root, NULL },
	[FORMAT_EXT3] = { take_root, NULL },
	[FORMAT_EXT4] = { take_root, NULL },
	[FORMAT_XFS] = { take_root, NULL },
	[FORMAT_BTRFS] = { take_root, NULL },
	[FORMAT_F2FS] = { take_root, NULL },
	[FORMAT_SQUASHFS] = { take_root, NULL },
	[FORMAT_EROFS] = { take_root, NULL },
	[FORMAT_EXFAT] = { take_root, NULL },
	[FORMAT_NTFS] = { take_root, NULL },
	[FORMAT_VFAT] = { take_root, NULL },
	[FORMAT_UDF] = { take_root, NULL },
	[FORMAT_ISO9660] = { take_root, NULL },
	[FORMAT_LUKS1] = { refuse, "encrypted, and this /init opens no LUKS" },
	[FORMAT_LUKS2] = { refuse, "encrypted, and this /init opens no LUKS" },
	[FORMAT_BITLOCKER] = { refuse, "encrypted, and this /init opens no BitLocker" },
	[FORMAT_LVM2] = { refuse, "a part of LVM volumes, which this /init does not assemble" },
	[FORMAT_MD] = { refuse, "a part of a RAID, which this /init does not assemble" },
	[FORMAT_VERITY] = { refuse, "hashes of another device" },
	[FORMAT_BCACHE] = { refuse, "a part of a bcache, which this /init does not assemble" },
	[FORMAT_ZFS] = { refuse, "a part of a ZFS pool, which this /init does not import" },
	[FORMAT_JBD] = { refuse, "the journal of another file system" },
	[FORMAT_SWAP] = { refuse, "swap space" },
	[FORMAT_HIBERNATION] = { refuse, "a hibernated system" },
	[FORMAT_GPT] = { refuse, "a disk with partitions: name one of them" },
	[FORMAT_MBR] = { refuse, "a disk with partitions: name one of them" },
};

static int take_root(struct boot *boot, const struct device *device, const char *why)
{
	char text[DESCRIPTION];

	(void)why;
	boot->root_finding = device->finding;
	finding_describe(&device->finding, text, sizeof(text));
	log_say(LOG_INFO, "%s: %s", boot->root_device, text);
	return 0;
}

static int refuse(struct boot *boot, const struct device *device, const char *why)
{
	char text[DESCRIPTION];

	finding_describe(&device->finding, text, sizeof(text));
	return log_err(-EMEDIUMTYPE, "take %s, %s: %s", boot->root_device, text, why);
}

const char *root_why_not(const struct device *device)
{
	if (device->state != DEVICE_KNOWN || device->finding.found != FOUND_ONE)
		return NULL;
	return handlers[device->finding.format].why;
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

static int accept(struct boot *boot, const struct device *device)
{
	const struct finding *finding = &device->finding;
	char text[DESCRIPTION];

	if (device->state == DEVICE_KNOWN &&
	    (finding->found == FOUND_DAMAGED || finding->found == FOUND_SEVERAL)) {
		finding_describe(finding, text, sizeof(text));
		return log_err(-EUCLEAN, "take %s: %s", boot->root_device, text);
	}
	return handlers[finding->format].take(boot, device, handlers[finding->format].why);
}

static void name_device(struct boot *boot, const struct device *device)
{
	format_text(boot->root_device, sizeof(boot->root_device), "/dev/%s", device->name);
}

/* --- by name: what a probe found on a device --- */

/* PARTUUID=X/PARTNROFF=N: as many partitions behind the named one, on the same disk. */
static int is_behind(struct devices *devices, const struct rootspec *spec,
		     const struct device *device)
{
	for (int i = 0; i < devices->count; i++) {
		const struct device *named = &devices->all[i];

		if (named->state == DEVICE_KNOWN && named->part && device->part &&
		    named->part + spec->offset == device->part &&
		    strcmp(named->disk, device->disk) == 0 &&
		    rootspec_matches(spec, &named->finding))
			return 1;
	}
	return 0;
}

static int is_meant(struct devices *devices, const struct rootspec *spec,
		    const struct device *device)
{
	if (spec->offset)
		return is_behind(devices, spec, device);
	return device->state == DEVICE_KNOWN && rootspec_matches(spec, &device->finding);
}

static int is_lower(const struct device *a, const struct device *b)
{
	return a->major < b->major || (a->major == b->major && a->minor < b->minor);
}

/* Of several the one with the lowest number, whichever came first. */
static struct device *choose(struct boot *boot, const struct rootspec *spec)
{
	struct devices *devices = &boot->devices;
	struct device *chosen = NULL;

	for (int i = 0; i < devices->count; i++) {
		struct device *device = &devices->all[i], *other = chosen;

		if (!is_meant(devices, spec, device))
			continue;
		if (!chosen || is_lower(device, chosen)) {
			chosen = device;
			device = other;
		}
		if (device)
			log_say(LOG_WARNING, "%s is %s, and %s, too: the lower number is taken",
				boot->settings.root, chosen->name, device->name);
	}
	return chosen;
}

static void say_waiting(const struct boot *boot)
{
	log_say(LOG_INFO, "waiting for %s", boot->settings.root);
	host_tell("status root-find: waiting for %s", boot->settings.root);
}

/* Every device that is there is looked at before one is chosen: so their order never matters. */
static int find_by_name(struct boot *boot, const struct rootspec *spec, int64_t deadline)
{
	struct devices *devices = &boot->devices;
	struct device *device = NULL;
	int has_said = 0;

	devices_scan(devices);
	while (devices_are_busy(devices) || !(device = choose(boot, spec))) {
		int is_busy = devices_are_busy(devices);

		if (!is_busy && devices_time_left(deadline) == 0)
			return -ETIMEDOUT;
		if (!is_busy && !has_said++) {
			say_waiting(boot);
			devices_open(devices);
			devices_scan(devices);
			continue;
		}
		devices_wait(devices, LOOK_INSIDE, is_busy ? NO_DEADLINE : deadline);
	}
	name_device(boot, device);
	if (spec->kind == ROOTSPEC_GPT_AUTO && device->finding.part_flags & PARTITION_READ_ONLY)
		boot->settings.root_access = ROOT_READ_ONLY;
	return accept(boot, device);
}

/* --- by path or number --- */

static int make_path(struct boot *boot, const struct rootspec *spec)
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

/* A member must not be mounted by its path either. Whoever names a type knows what is there. */
static int look_at_path(struct boot *boot)
{
	struct devices *devices = &boot->devices;
	struct device *device;
	struct stat st;

	if (boot->settings.rootfstype || sys_stat(boot->root_device, &st))
		return 0;
	devices_scan(devices);
	device = devices_find(devices, major(st.st_rdev), minor(st.st_rdev));
	if (!device || probe_start(devices, &devices->probes[0], device))
		return 0;
	while (device->state == DEVICE_PROBING)
		devices_wait(devices, LOOK_AT_NAMES, NO_DEADLINE);
	return accept(boot, device);
}

static int find_by_path(struct boot *boot, const struct rootspec *spec, int64_t deadline)
{
	int error = make_path(boot, spec);

	if (error)
		return error;
	if (!is_there(boot)) {
		say_waiting(boot);
		devices_open(&boot->devices);
	}
	while (!is_there(boot)) {
		if (devices_time_left(deadline) == 0)
			return -ETIMEDOUT;
		devices_wait(&boot->devices, LOOK_AT_NAMES, deadline);
	}
	return look_at_path(boot);
}

static int parse(const struct settings *settings, struct rootspec *spec)
{
	int error = rootspec_parse(settings->root, spec);

	if (error == -EOPNOTSUPP)
		return log_err(error,
			       "take root=%s: of /dev/disk only by-uuid, by-label, "
			       "by-partuuid and by-partlabel are known",
			       settings->root);
	return error ? log_err(error,
			       "take root=%s: not /dev/NAME, MAJ:MIN, UUID=, LABEL=, "
			       "PARTUUID=, PARTLABEL= or gpt-auto",
			       settings->root)
		     : 0;
}

int root_find(struct boot *boot)
{
	const struct settings *settings = &boot->settings;
	int64_t start = sys_clock_ms(), deadline = NO_DEADLINE;
	struct rootspec spec;
	int error = parse(settings, &spec);

	if (error)
		return error;
	if (settings->rootdelay_s)
		sys_poll(NULL, 0, (int64_t)settings->rootdelay_s * 1000);
	if (settings->timeout_s != WAIT_FOREVER)
		deadline = start + ((int64_t)settings->rootdelay_s + settings->timeout_s) * 1000;
	if (spec.kind == ROOTSPEC_PATH || spec.kind == ROOTSPEC_NUMBER)
		error = find_by_path(boot, &spec, deadline);
	else
		error = find_by_name(boot, &spec, deadline);
	if (error == -ETIMEDOUT)
		root_report(boot, &spec, sys_clock_ms() - start);
	devices_close(&boot->devices);
	return error;
}
