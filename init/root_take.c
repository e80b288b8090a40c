/* root_take.c - what is done with the device that was chosen, by what is on it. */
#include <errno.h>
#include <string.h>

#include "init/root.h"
#include "init/sys/log.h"

#define DESCRIPTION 300 /* bytes: fits a line of the log with its prefix */

static int take_root(struct place *place, const struct device *device, const char *why);
static int refuse(struct place *place, const struct device *device, const char *why);

/* What is done with the device that was chosen, by what is on it. */
static const struct handler {
	int (*take)(struct place *place, const struct device *device, const char *why);
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

static int take_root(struct place *place, const struct device *device, const char *why)
{
	char text[DESCRIPTION];

	(void)why;
	place->finding = device->finding;
	finding_describe(&device->finding, text, sizeof(text));
	log_say(LOG_INFO, "%s: %s", place->device, text);
	return 0;
}

static int refuse(struct place *place, const struct device *device, const char *why)
{
	char text[DESCRIPTION];

	finding_describe(&device->finding, text, sizeof(text));
	return log_err(-EMEDIUMTYPE, "take %s, %s: %s", place->device, text, why);
}

/* The partitions of a mirror's half are the mirror's: to write to one alone would break it. */
int root_is_in_member(const struct devices *devices, const struct device *device)
{
	for (int i = 0; i < devices->count && device->part; i++) {
		const struct device *disk = &devices->all[i];

		if (disk->state == DEVICE_KNOWN && strcmp(disk->name, device->disk) == 0)
			return format_info(disk->finding.format)->use == USE_MEMBER;
	}
	return 0;
}

const char *root_why_not(const struct devices *devices, const struct device *device)
{
	if (root_is_in_member(devices, device))
		return "its disk is a part of something larger";
	if (device->state != DEVICE_KNOWN || device->finding.found != FOUND_ONE)
		return NULL;
	return handlers[device->finding.format].why;
}

int root_take(struct place *place, const struct device *device)
{
	const struct finding *finding = &device->finding;
	char text[DESCRIPTION];

	if (place->looking == LOOKING_FOR_SWAP) {
		place->finding = *finding;
		return 0;
	}
	if (device->state == DEVICE_KNOWN &&
	    (finding->found == FOUND_DAMAGED || finding->found == FOUND_SEVERAL)) {
		finding_describe(finding, text, sizeof(text));
		return log_err(-EUCLEAN, "take %s: %s", place->device, text);
	}
	return handlers[finding->format].take(place, device, handlers[finding->format].why);
}
