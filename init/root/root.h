/* SPDX-License-Identifier: MIT */
/* root.h - what the steps that find and mount file systems of the real root share. */
#ifndef RDINIT_ROOT_ROOT_H
#define RDINIT_ROOT_ROOT_H

#include "init/device/links.h"
#include "init/device/source.h"
#include "init/layer/layers.h"
#include "init/module/module.h"
#include "init/pure/rootspec.h"
#include "init/pure/settings.h"

#define NEWROOT "/newroot"
#define LOWER "/run/rdinit/lower" /* the root itself, under an overlay */

/* The real root, and what finds it. */
struct root {
	struct settings *settings;
	struct devices *devices;
	struct modules *modules;
	struct layers *layers;
	struct links *links;
	struct source source;
	struct source upper; /* the device of rd.overlay= */
};

/* Call it first. */
void root_init(struct root *root, struct settings *settings, struct layers *layers,
	       struct links *links);

/* resolve.c: resolves the source's name to a device that can be mounted: finds the device, and
 * opens what stands on it. `since` as of sys_clock_ms(). Returns 0 or -errno, logged, with the
 * report of what there is if nothing has the name. */
int root_resolve(struct root *root, struct source *source, int64_t since, int64_t deadline);

/* report.c: logs that nothing has the source's name, what was asked for and what there is instead,
 * device by device, and what may have been meant. */
void root_report(struct root *root, const struct source *source, const struct rootspec *spec,
		 int64_t waited_ms);

/* firmware.c: for the report: logs the firmware that drivers asked for since the start of the
 * kernel, and did not get, each once, with the cure. Nothing where the kernel's log cannot be read.
 */
void root_firmware_report(void);

/* boot_partition.c: stores the UUID of the partition that EFI firmware started the boot loader
 * from;
 * "" if neither tells it. Failures are logged. */
void root_boot_partition(struct modules *modules, char uuid[FINDING_UUID_MAX]);

/* share.c: stores the tag if the root is a directory of the hypervisor's host. Returns 1; 0 if it
 * is none; or -errno, logged. */
int root_share_name(struct root *root);
/* Mounts it, as soon as the host offers it. Returns 0; 1 if the root is no such directory; or
 * -errno, logged. */
int root_share(struct root *root, const char *target, unsigned long flags);
struct mount_call;
/* Mounts the tag `source` if the type is one of a shared directory, as soon as the host offers it.
 * Returns 0; 1 if the type is another; or -errno, logged. */
int root_mount_share(struct root *root, const struct mount_call *call);

/* check.c: runs the image's /sbin/fsck.TYPE, if it has one, as fsck.mode= and fsck.repair= ask for.
 * `types` as in struct mount_attempt. Returns 0 if the source may be mounted; ROOT_WANTS_RESTART if
 * the machine must be restarted before; or -errno, logged. */
#define ROOT_WANTS_RESTART 1
int root_check(struct root *root, const struct source *source, const char *types);

/* overlay.c: makes /run what survives the switch, and the directories below it that overlay, loop
 * file and copy in memory need. Call it once. Returns 0 or -errno, logged. */
int root_make_directories(const struct settings *settings);

/* overlay.c: mounts an overlay on NEWROOT, over the root on LOWER. Returns 0 or -errno, logged. */
int root_overlay(struct root *root);

#endif
