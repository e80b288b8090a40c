// SPDX-License-Identifier: MIT
/* take.c - what is done with the device that was chosen, by what is on it. */
#include <errno.h>
#include <string.h>

#include "init/root/root.h"
#include "init/sys/log.h"

#define DESCRIPTION 300 /* bytes: fits a line of the log with its prefix */

#define FIRMWARE "a part of a RAID, which this /init does not assemble"

/* Why what is on the chosen device is not to be mounted; NULL: it is, even FORMAT_NONE, of which
 * the kernel may know more than we do. */
static const char *const why_not[FORMAT_COUNT] = {
	[FORMAT_LUKS1] = "encrypted, and this /init opens no LUKS",
	[FORMAT_LUKS2] = "encrypted, and this /init opens no LUKS",
	[FORMAT_BITLOCKER] = "encrypted, and this /init opens no BitLocker",
	[FORMAT_LVM2] = "a part of LVM volumes, which this /init does not assemble",
	[FORMAT_MD] = "a part of a RAID, which this /init does not assemble",
	[FORMAT_DDF] = FIRMWARE,
	[FORMAT_INTEL] = FIRMWARE,
	[FORMAT_LSI] = FIRMWARE,
	[FORMAT_VIA] = FIRMWARE,
	[FORMAT_SILICON] = FIRMWARE,
	[FORMAT_NVIDIA] = FIRMWARE,
	[FORMAT_PROMISE] = FIRMWARE,
	[FORMAT_HPT45X] = FIRMWARE,
	[FORMAT_HPT37X] = FIRMWARE,
	[FORMAT_ADAPTEC] = FIRMWARE,
	[FORMAT_JMICRON] = FIRMWARE,
	[FORMAT_DRBD] = "a part of a DRBD device",
	[FORMAT_VDO] = "a part of a VDO volume",
	[FORMAT_BCACHEFS_OF_MORE] = "one of several devices",
	[FORMAT_VERITY] = "hashes of another device",
	[FORMAT_BCACHE] = "a part of a bcache, which this /init does not assemble",
	[FORMAT_ZFS] = "a part of a ZFS pool, which this /init does not import",
	[FORMAT_JBD] = "the journal of another file system",
	[FORMAT_SWAP] = "swap space",
	[FORMAT_HIBERNATION] = "a hibernated system",
	[FORMAT_GPT] = "a disk with partitions: name one of them",
	[FORMAT_MBR] = "a disk with partitions: name one of them",
};

const char *root_why_not(const struct devices *devices, const struct device *device)
{
	if (device_is_in_member(devices, device))
		return "its disk is a part of something larger";
	if (device->state != DEVICE_KNOWN || device->finding.found != FOUND_ONE)
		return NULL;
	return why_not[device->finding.format];
}

int root_take(struct place *place, const struct device *device)
{
	const struct finding *finding = &device->finding;
	const char *why = why_not[finding->format];
	char text[DESCRIPTION];

	if (place->looking == LOOKING_FOR_SWAP) {
		place->finding = *finding;
		return 0;
	}
	finding_describe(finding, text, sizeof(text));
	if (device->state == DEVICE_KNOWN &&
	    (finding->found == FOUND_DAMAGED || finding->found == FOUND_SEVERAL))
		return log_err(-EUCLEAN, "take %s: %s", place->device, text);
	if (why)
		return log_err(-EMEDIUMTYPE, "take %s, %s: %s", place->device, text, why);
	place->finding = *finding;
	log_say(LOG_INFO, "%s: %s", place->device, text);
	return 0;
}
