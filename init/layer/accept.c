// SPDX-License-Identifier: MIT
/* accept.c - what is done with the device that was chosen, by what is on it. */
#include <errno.h>

#include "init/layer/layer.h"
#include "init/pure/format.h"
#include "init/sys/log.h"

#define DESCRIPTION 300 /* bytes: fits a line of the log with its prefix */
#define REFUSAL 100

bool layer_cannot_use(const struct devices *devices, const struct device *device, char *text,
		      size_t size)
{
	*text = '\0';
	if (device_is_in_member(devices, device))
		format_text(text, size, "its disk is a part of something larger");
	else if (device->state == DEVICE_FAILED)
		format_text(text, size, "%s", device->trouble);
	else if (device->state == DEVICE_WAITING)
		format_text(text, size, "other devices of it are missing");
	else if (device->state == DEVICE_KNOWN && device->finding.found == FOUND_ONE)
		layer_refusal(layer_of(device->finding.format), text, size);
	return *text != '\0';
}

int layer_accept(struct source *source, const struct device *device)
{
	const struct finding *finding = &device->finding;
	char text[DESCRIPTION], why[REFUSAL];

	source->found = finding->found;
	source->format = finding->format;
	if (source->expected == EXPECT_SWAP)
		return 0;
	finding_describe(finding, text, sizeof(text));
	if (device->state == DEVICE_KNOWN &&
	    (finding->found == FOUND_DAMAGED || finding->found == FOUND_SEVERAL))
		return log_err(-EUCLEAN, "use %s: %s", source->device, text);
	if (layer_refusal(layer_of(finding->format), why, sizeof(why)))
		return log_err(-EMEDIUMTYPE, "use %s, %s: %s", source->device, text, why);
	log_print(LOG_INFO, "%s: %s", source->device, text);
	return 0;
}
