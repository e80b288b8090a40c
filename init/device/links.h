/* SPDX-License-Identifier: MIT */
/* links.h - make the links of /dev/disk that udev would make, for programs that use them. */
#ifndef RDINIT_DEVICE_LINKS_H
#define RDINIT_DEVICE_LINKS_H

#include <stdbool.h>

#include "init/device/devices.h"

struct links {
	struct devices *devices; /* NULL: links_make() was not called yet */
	struct device_subscriber subscriber;
	struct loop_timer patience;
	bool is_waiting; /* for a probe, until `patience` expires */
	bool is_incomplete; /* the links were made while a probe ran */
};

/* Probes all devices and makes their links. A device that does not answer gets only its
 * by-id and by-path links. Later the loop updates the links when devices change. */
void links_make(struct links *links, struct devices *devices);

#endif
