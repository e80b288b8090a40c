/* SPDX-License-Identifier: MIT */
/* layer.h - opens the layers between a device that was found and what is to be mounted. */
#ifndef RDINIT_LAYER_LAYER_H
#define RDINIT_LAYER_LAYER_H

#include "init/device/source.h"
#include "init/layer/layers.h"
#include "init/layer/opener.h"

#define CARRIER "/run/rdinit/host" /* the file system that contains the root's file */
#define RAM "/run/rdinit/ram" /* the tmpfs with its copy in memory */

/* layer.c: opens what stands on the device until it is something to mount. The product replaces the
 * device in `source`. `device`: NULL if the kernel does not list it: nothing is known of it, then.
 * Returns 0 or -errno, logged. */
int layer_open_stack(struct layers *layers, struct source *source, struct device *device,
		     int64_t deadline);

/* layer.c: makes what the command line asks for on top of the device in `source`, and replaces it
 * by that. The directories below /run/rdinit exist. Returns 0 or -errno, logged. */
int layer_make_requested(struct layers *layers, struct source *source, int64_t deadline);

/* layer.c: how the root's device is to be opened: what is under an overlay is never written. */
enum mount_access layer_access(const struct settings *settings);

/* accept.c: stores what is on the device in `source`. Returns 0 if that is a file system, a layer
 * that can be opened, or nothing that we know; else -errno, logged. */
int layer_accept(struct source *source, const struct device *device);

/* accept.c: writes why /init cannot use what is on the device; returns false, and writes "", if it
 * can. */
bool layer_cannot_use(const struct devices *devices, const struct device *device, char *text,
		      size_t size);

/* loop_device.c: attaches the file, which it closes, to a loop device, which replaces the device in
 * `source`. Returns 0 or -errno, logged. */
int loop_device_make(struct layers *layers, struct source *source, int file);

#endif
