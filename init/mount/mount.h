/* SPDX-License-Identifier: MIT */
/* mount.h - mounts of what may take long, or never answer. */
#ifndef RDINIT_MOUNT_MOUNT_H
#define RDINIT_MOUNT_MOUNT_H

#include "init/device/source.h"
#include "init/loop/loop.h"
#include "init/module/module.h"

/* As mount(2) has them. */
struct mount_call {
	const char *source, *target, *type, *options; /* options: NULL for none */
	unsigned long flags;
};

/* mount.c: mounts in a child, and runs the loop meanwhile. Logs that it takes long, and gives up
 * after ten minutes. Returns 0 or -errno: -ETIMEDOUT then. */
int mount_in_child(struct loop *loop, const struct mount_call *call);

/* mount.c: the same; where the kernel does not know the type, loads the image's modules for it, and
 * mounts again. `also`: another alias that these must match; NULL: none. */
int mount_with_driver(struct modules *modules, const struct mount_call *call, const char *also);

/* mount.c: changes how mounts on the target propagate, MS_SHARED and the like; 0: as they do.
 * Returns 0 or -errno, logged. */
int mount_propagate(const char *target, unsigned long propagation);

/* mount.c: moves the mount on `dir` onto "/", and makes it this process's root. Returns 0 or
 * -errno, logged. */
int mount_become_root(const char *dir);

/* Whether a write-protected device is an error. */
enum writing { WRITING_IF_POSSIBLE, WRITING_NEEDED };

struct mount_attempt {
	struct modules *modules;
	const struct source *source;
	const char *target;
	const char *shown; /* the target in messages; NULL: as it is */
	const char *types; /* to try, by commas; NULL: what was found, or else all */
	const char *options; /* NULL: none */
	unsigned long flags; /* MS_* */
	enum writing writing;
};

/* mount_as.c: mounts the source's device as the first of the types that works, with the modules
 * that the image has for them. Returns 0 or -errno, logged. */
int mount_as_any(const struct mount_attempt *attempt);

/* mount_as.c: returns the devices of a file system on several, and `own`, as options; NULL: none.
 */
const char *mount_options_of(const struct source *source, const char *own, char *text, size_t size);

#endif
