/* SPDX-License-Identifier: MIT */
/* links.h - the links of /dev/disk that udev would make, for programs that look for them. */
#ifndef RDINIT_DEVICE_LINKS_H
#define RDINIT_DEVICE_LINKS_H

#include <stdbool.h>

#include "init/device/devices.h"

struct links {
	struct devices *devices; /* NULL: none were made until now */
	struct device_subscriber subscriber;
	struct loop_timer patience;
	bool is_waiting; /* for a probe, until `patience` is over */
	bool is_incomplete; /* they were made while a probe ran */
};

/* Makes the links of all devices, as soon as each is probed or is silent. From then on they are
 * kept up to date whenever the loop runs. */
void links_make(struct links *links, struct devices *devices);

#endif
