/* SPDX-License-Identifier: MIT */
/* layer.h - opens the layers between a device that was found and what is to be mounted. */
#ifndef RDINIT_LAYER_LAYER_H
#define RDINIT_LAYER_LAYER_H

#include "init/boot.h"
#include "init/layer/opener.h"

/* stack.c: opens what stands on the device, which may be NULL for an unknown one, and makes what
 * the command line asks for on top of it. The product replaces the device in `source`. Returns 0 or
 * -errno, logged. */
int layer_stack(struct boot *boot, struct source *source, struct device *device, int64_t deadline);

/* stack.c: how the root's device is to be opened: what is under an overlay is never written. */
enum mount_access layer_access(const struct boot *boot);

/* loop_device.c: attaches the file, which it closes, to a loop device, which replaces the device in
 * `source`. Returns 0 or -errno, logged. */
int loop_device_make(struct boot *boot, struct source *source, int file);

#endif
