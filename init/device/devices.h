/* SPDX-License-Identifier: MIT */
/* devices.h - the block devices that there are, and what a probe found on each. */
#ifndef RDINIT_DEVICE_DEVICES_H
#define RDINIT_DEVICE_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "init/device/uevents.h"
#include "init/loop/loop.h"
#include "init/pure/diskid.h"
#include "init/pure/finding.h"

#define DEVICES_MAX 256 /* block devices; that there are more is logged once */
#define DEVICE_NAME_MAX 40 /* bytes; the kernel's BDEVNAME_SIZE is 32 */
#define PROBES_MAX 8 /* children at a time */
#define PROBE_RETRY_MS 100 /* from one attempt to start a child to the next */

/* Since a user of the devices set it back: devices came or went; or the content of one may be new.
 */
enum changes { NO_CHANGES, DEVICES_CHANGED, CONTENT_CHANGED };

enum device_state {
	DEVICE_NEW, /* not probed */
	DEVICE_PROBING,
	DEVICE_SILENT, /* its probe died or hung: `trouble` */
	DEVICE_KNOWN, /* from here on `finding` has what is on it */
	/* Containers and pool members that init/layer is to open: */
	DEVICE_WAITING, /* for other members */
	DEVICE_OPENING,
	DEVICE_SLOW, /* to open: nothing waits for it any more */
	DEVICE_OPEN, /* another device was made of it */
	DEVICE_FAILED, /* `trouble` */
};

/* Reported while a child probed the device. */
enum change { UNCHANGED, ANNOUNCED, CHANGED };

struct rootspec;

struct device {
	unsigned int major, minor;
	unsigned int instance; /* another one if the device goes and comes back */
	char name[DEVICE_NAME_MAX]; /* as below /dev */
	char disk[DEVICE_NAME_MAX]; /* of a partition: its disk; "" for others */
	unsigned int part; /* the partition's number, from 1; 0 for others */
	enum device_state state;
	enum change changed;
	bool is_wanted; /* to be probed, whether or not all are */
	bool is_asked_for; /* by its name: what is in it is wanted */
	char trouble[48];
	struct finding finding;
};

struct device_subscriber {
	struct device_subscriber *next; /* set by devices_subscribe() */
	/* Devices came, changed or went, or a probe or an opener has ended. */
	void (*changed)(void *owner);
	void *owner;
};

struct probe {
	struct loop_child child; /* pid 0: the slot is free */
	struct devices *devices;
	struct device *device; /* NULL: gone meanwhile */
	struct finding *finding; /* in memory that the child shares; NULL: none yet */
};

struct devices {
	struct loop *loop;
	struct uevents *uevents;
	struct uevent_subscriber subscriber;
	struct device all[DEVICES_MAX];
	int count;
	unsigned int instances;
	bool probes_all; /* whether every device is probed, as it comes */
	bool is_scan_failure_logged, is_full_logged;
	struct probe probes[PROBES_MAX];
	unsigned int probed; /* times that a child was started */
	/* No child could be started, and one is tried again by the timer until then. 0: the last
	 * one started. */
	int64_t probe_tries_end;
	struct loop_timer probe_retry;
	enum changes changes;
	struct device_subscriber *first;
};

/* Before anything else. */
void devices_init(struct devices *devices, struct loop *loop, struct uevents *uevents);

/* Subscribes to uevents, once. */
void devices_watch(struct devices *devices);

/* Listens for devices, from now on; again does nothing. Then devices_scan() once more, so that
 * nothing falls between. */
void devices_open(struct devices *devices);

/* Takes in every block device of /proc/partitions, that is, with a size, that is not known. 0, or
 * -errno, logged the first time. */
int devices_scan(struct devices *devices);

/* From now on every device is probed, as many at a time as may be. */
void devices_probe_all(struct devices *devices);

/* Probes this one, if it is new. */
void devices_probe(struct devices *devices, struct device *device);

/* Probes the device of the node at `path`, waits for its probe, and stores it in *device: NULL
 * where the kernel does not list it. Returns 0 or -errno, logged. */
int devices_probe_node(struct devices *devices, const char *path, struct device **device);

/* Runs the loop until until(argument) holds. Where the kernel reports nothing, devices are looked
 * for every UEVENTS_LOOK_AGAIN_MS. Returns 0, or -ETIMEDOUT. */
int devices_wait(struct devices *devices, bool (*until)(void *argument), void *argument,
		 int64_t deadline);

/* Kills the probes that run. From now on no device is probed as it comes. */
void devices_end(struct devices *devices);

void devices_subscribe(struct devices *devices, struct device_subscriber *subscriber);

/* Whether a probe found what is on it. */
static inline bool device_is_known(const struct device *device)
{
	return device->state >= DEVICE_KNOWN;
}

/* Whether no probe or opener runs, and no probe is to be started. */
bool devices_are_known(const struct devices *devices);

/* By its number; NULL. */
struct device *devices_find(struct devices *devices, unsigned int major, unsigned int minor);

/* Whether the device is a partition of a disk that is a member itself: it is a part of what the
 * members make together. */
bool device_is_in_member(const struct devices *devices, const struct device *device);

/* Whether the number of `a` is the lower one. */
bool devices_is_lower(const struct device *a, const struct device *b);

/* disk_id.c: what sysfs has of the device, or of the disk of a partition. */
void device_id(const struct device *device, struct diskid *id);
/* The same, or its path, whichever the root is asked for by. */
void device_id_asked(const struct device *device, const struct rootspec *spec, struct diskid *id);
/* Whether that is what root=WWID= or a link of /dev/disk/by-id or by-path names. */
int device_has_id(const struct device *device, const struct rootspec *spec);

/* disk_path.c: where the device, or the disk of a partition, is plugged in. */
void device_path(const struct device *device, struct diskid *id);

/* probe.c: an unprivileged, seccomp-confined child probes the device. Returns 0, or -errno, which
 * is in device->trouble. The device stays DEVICE_NEW, to be tried again after PROBE_RETRY_MS; once
 * no child could be started for three seconds it becomes DEVICE_SILENT. */
int probe_start(struct devices *devices, struct probe *probe, struct device *device);

/* devices.c: what the end of a probe or an opener means for the others. */
void devices_go_on(struct devices *devices);

#endif
