// SPDX-License-Identifier: MIT
/* btrfs.c - a btrfs on several devices is mounted once all of them are there. */
#include <errno.h>
#include <string.h>

#include "init/layer/layer.h"
#include "init/pure/format.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

static int is_member(const struct device *device, const struct finding *of)
{
	return device_is_known(device) && device->finding.found == FOUND_ONE &&
	       device->finding.format == of->format && strcmp(device->finding.uuid, of->uuid) == 0;
}

/* Lists them as options of btrfs; how many there are, or -E2BIG. */
static int list(const struct devices *devices, const struct finding *of, struct source *source)
{
	int count = 0;

	source->members[0] = '\0';
	for (int i = 0; i < devices->count; i++) {
		size_t used = strlen(source->members);
		const char *name = devices->all[i].name;

		if (!is_member(&devices->all[i], of))
			continue;
		if (used + strlen(name) + sizeof(",device=/dev/") > sizeof(source->members))
			return -E2BIG;
		format_text(source->members + used, sizeof(source->members) - used,
			    "%sdevice=/dev/%s", count++ ? "," : "", name);
	}
	return count;
}

struct members {
	struct layers *layers;
	struct source *source;
	struct finding of;
	int count; /* that are there, or -E2BIG */
};

static bool are_there(void *argument)
{
	struct members *members = argument;
	int count, wanted = members->of.members;

	if (!hardware_is_known(members->layers->modules))
		return false;
	count = list(members->layers->devices, &members->of, members->source);
	if (count != members->count && count >= 0 && count < wanted)
		wire_report("status root-find: %d of %d devices of %s", count, wanted,
			    members->source->name);
	members->count = count;
	return count < 0 || count >= wanted;
}

/* One of them is mounted, with the others as options: the device stays what it is. */
static int open_all(struct layers *layers, struct source *source, struct device **device,
		    int64_t deadline)
{
	struct members members = { layers, source, (*device)->finding, 0 };
	struct devices *devices = layers->devices;

	if (members.of.members < 2)
		return 0;
	devices_open(devices);
	devices_scan(devices);
	devices_probe_all(devices);
	if (devices_wait(devices, are_there, &members, deadline)) {
		hardware_wait_until_known(layers->modules);
		if (!are_there(&members))
			return log_err(-ETIMEDOUT, "find all devices of %s=%s: %d of %d",
				       source->parameter, source->name, members.count,
				       members.of.members);
	}
	return members.count < 0 ? log_err(members.count, "list the devices of %s=%s",
					   source->parameter, source->name)
				 : 0;
}

const struct opener btrfs_opener = { .open = open_all };
