/* SPDX-License-Identifier: MIT */
/* layer.h - opens the layers between a device that was found and what is to be mounted. */
#ifndef RDINIT_LAYER_LAYER_H
#define RDINIT_LAYER_LAYER_H

#include "init/boot.h"
#include "init/pure/layer.h"

#define NO_FILE (-1)

/* How a row of layers.def is opened: a file of this directory has one of these. */
struct opener {
	/* LAYER_ON_REQUEST: opens a file on the source's device, or makes one of it, or of *file,
	 * which it closes then, and stores the descriptor in *file. *file is NO_FILE at first.
	 * Returns 0 or -errno, logged. */
	int (*carry)(struct boot *boot, const struct place *place, int *file);
	/* LAYER_POOL that the kernel assembles when it is mounted: waits until all its devices are
	 * there, and lists them in place->members. Returns 0 or -errno, logged. */
	int (*gather)(struct boot *boot, struct place *place, int64_t deadline);
};

/* openers.c: in the order of the rows; that of a row has the number layer->opener, from 1. */
extern const struct opener *const layer_openers[];

/* stack.c: opens what stands on the device, which may be NULL for an unknown one, and makes what
 * the command line asks for on top of it. The product replaces the device in `place`. Returns 0 or
 * -errno, logged. */
int layer_stack(struct boot *boot, struct place *place, struct device *device, int64_t deadline);

/* stack.c: how the root's device is to be opened: what is under an overlay is never written. */
enum mount_access layer_access(const struct boot *boot);

/* loop_device.c: attaches the file, which it closes, to a loop device, which replaces the device in
 * `place`. Returns 0 or -errno, logged. */
int loop_device_make(struct boot *boot, struct place *place, int file);

#endif
