/* SPDX-License-Identifier: MIT */
/* port.h - a port of virtio-serial, by its name. */
#ifndef RDINIT_DEVICE_PORT_H
#define RDINIT_DEVICE_PORT_H

#include <stdint.h>

#include "init/device/uevents.h"

/* Opens the port, which does not block, as soon as it is there and the host has opened its end.
 * Returns its descriptor; -ENODEV: no such port until the deadline; -ENOTCONN: the host's end stays
 * closed; or -errno. */
int port_open(struct uevents *uevents, const char *name, int64_t deadline);

#endif
