/* SPDX-License-Identifier: MIT */
/* vport.h - find a virtio-serial port by its name, which the hypervisor gives it. */
#ifndef RDINIT_WIRE_VPORT_H
#define RDINIT_WIRE_VPORT_H

/* The driver makes this directory, whether it has ports or not. */
#define VPORTS "/sys/class/virtio-ports"

/* Opens the port for both directions; it does not block. Returns a descriptor or -errno: -ENODEV if
 * no port has this name, or no driver is loaded. */
int vport_open(const char *name);

#endif
