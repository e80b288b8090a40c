/* SPDX-License-Identifier: MIT */
/* root.h - what the steps root-find and root-mount share. */
#ifndef RDINIT_ROOT_ROOT_H
#define RDINIT_ROOT_ROOT_H

#include "init/boot.h"
#include "init/pure/rootspec.h"

/* report.c: says that the root was not found, what was looked for and what there is instead,
 * device by device, and what may have been meant. */
void root_report(struct boot *boot, const struct source *source, const struct rootspec *spec,
		 int64_t waited_ms);

/* boot_partition.c: the UUID of the partition that the boot loader was started from, by firmware of
 * the EFI kind; "": nobody tells, or what fails was said. */
void root_boot_partition(struct boot *boot, char uuid[FINDING_UUID_MAX]);

/* firmware.c: for the report: firmware that drivers asked for since the start of the kernel,
 * and did not get, each once, with the cure. Nothing where the kernel's log cannot be read. */
void root_firmware_report(void);

/* root_find.c: whether every device that the kernel reported is probed, or silent, and no driver is
 * being loaded that could bring another. */
bool root_devices_are_known(struct boot *boot);
/* Waits for that; for each probe and driver as long as it may take, and no longer. */
void root_wait_until_known(struct boot *boot);

/* share.c: takes the tag where the root is a directory of the host. 1; 0 where it is none;
 * -errno, already logged. */
int root_share_name(struct boot *boot);
/* Mounts it, as soon as the host offers it. 0; 1 where the root is no such directory; -errno,
 * already logged. */
int root_share(struct boot *boot, const char *target, unsigned long flags);

/* root_find.c: probes the source's device, and stores it in *device: NULL where the kernel does not
 * list it. Returns 0 or -errno, logged. */
int root_probe(struct boot *boot, struct source *source, struct device **device);

/* As mount(2) has them. */
struct mount_call {
	const char *source, *target, *type, *options; /* options: NULL for none */
	unsigned long flags;
};

/* mount.c: mounts, and runs the loop meanwhile. Logs that it takes long, and gives up after ten
 * minutes. Returns 0 or -errno: -ETIMEDOUT then. */
int root_mount_call(struct loop *loop, const struct mount_call *call);

/* Whether a write-protected device is an error. */
enum writing { WRITING_IF_POSSIBLE, WRITING_NEEDED };

struct attempt {
	struct boot *boot;
	const struct source *source;
	const char *target;
	const char *shown; /* the target in messages; NULL: as it is */
	const char *types; /* to try, by commas; NULL: what was found, or else all */
	const char *options; /* NULL: none */
	unsigned long flags; /* MS_* */
	enum writing writing;
};

/* mount_as.c: mounts the source's device as the first of the types that works, with the modules
 * that the image has for them. 0 or -errno, already logged. */
int root_mount_as(const struct attempt *attempt);

/* root_mount.c: changes how mounts on the target propagate, MS_SHARED and the like; 0: as they do.
 * 0 or -errno, already logged. */
int root_propagate(const char *target, unsigned long propagation);

/* root_mount.c: the devices of a file system on several, and `own`, as options. NULL: none. */
const char *root_options(const struct source *source, const char *own, char *text, size_t size);

/* check.c: runs the image's /sbin/fsck.TYPE, if it has one, as fsck.mode= and fsck.repair=
 * say. `types` as in struct attempt. 0: it may be mounted; -errno, already logged. Does not return
 * where the program asked for a restart. */
int root_check(struct boot *boot, const struct source *source, const char *types);

/* root_find.c: resolves the source's name to a device that can be mounted: finds the device, and
 * opens what stands on it. `since` as of sys_clock_ms(). Returns 0 or -errno, logged, with the
 * report of what there is if nothing has the name. */
int root_resolve(struct boot *boot, struct source *source, int64_t since, int64_t deadline);

/* accept.c: takes the device for the source if what is on it is a file system, or nothing that we
 * know; 0, or -errno, already logged. */
int root_accept(struct source *source, const struct device *device);

/* overlay.c: makes /run what survives the switch, and the directories below it. Called once.
 * Returns 0 or -errno, logged. */
int root_make_directories(struct boot *boot);

/* On top of the root, which is on LOWER, a layer that takes what is written. 0 or
 * -errno, already logged. */
int root_overlay(struct boot *boot);

/* Writes why /init cannot use what is on the device; false, and "", if it can. */
bool root_refusal(const struct devices *devices, const struct device *device, char *text,
		  size_t size);

#endif
