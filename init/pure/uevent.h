/* SPDX-License-Identifier: MIT */
/* uevent.h - parse uevents, the kernel's messages about devices. */
#ifndef RDINIT_PURE_UEVENT_H
#define RDINIT_PURE_UEVENT_H

#include "init/pure/span.h"

#define UEVENT_SIZE_MAX 4096 /* bytes: UEVENT_BUFFER_SIZE is 2048, and the header's path */

/* Each text points into the message and is ended by NUL; NULL if the message has none. */
struct uevent {
	const char *action, *subsystem, *devpath, *devname, *devtype, *major, *minor, *modalias;
};

/* Parses "add@/devices/...\0KEY=value\0...". Returns 0, or -EINVAL: no "@" header (libudev's own
 * messages) or no NUL at the end. Source: lib/kobject_uevent.c. */
int uevent_parse(struct span message, struct uevent *event);

#endif
