/* devices.h - the block devices that there are, and what a probe found on each. */
#ifndef RDINIT_DEVICE_DEVICES_H
#define RDINIT_DEVICE_DEVICES_H

#include <poll.h>
#include <stdint.h>

#include "init/pure/diskid.h"
#include "init/pure/finding.h"
#include "init/pure/uevent.h"

#define DEVICES_MAX 256 /* block devices that are looked at; more are said once */
#define DEVICE_NAME_MAX 40 /* bytes; the kernel's BDEVNAME_SIZE is 32 */
#define PROBES_MAX 8 /* children at a time */
#define PROBE_RETRY_MS 100 /* from one attempt to start a child to the next */

/* Since somebody set it back: devices came or went; or what is on one may be another. */
enum news { NO_NEWS, NEWS, NEWS_OF_CONTENT };

enum device_state {
	DEVICE_NEW, /* nobody has looked at it */
	DEVICE_PROBING,
	DEVICE_KNOWN, /* `finding` says what is on it */
	DEVICE_SILENT, /* the child that looked died or hung: `trouble` */
};

/* Heard while a child looked at the device. */
enum change { UNCHANGED, ANNOUNCED, CHANGED };

struct rootspec;

struct device {
	unsigned int major, minor;
	char name[DEVICE_NAME_MAX]; /* as below /dev */
	char disk[DEVICE_NAME_MAX]; /* of a partition: its disk; "" for others */
	unsigned int part; /* the partition's number, from 1; 0 for others */
	enum device_state state;
	enum change changed;
	char trouble[48];
	struct finding finding;
};

struct probe {
	int pid; /* 0: the slot is free */
	int pipe;
	struct device *device; /* NULL: gone meanwhile */
	int64_t deadline; /* ms */
	int is_reaped; /* by who waits for a program meanwhile: `pid` may be somebody else's */
	int status; /* as in wait(2), once it is reaped */
};

struct devices {
	struct device all[DEVICES_MAX];
	int count, left_out;
	struct probe probes[PROBES_MAX];
	unsigned int probed; /* times that a child was started */
	/* No child could be started, and one is tried again until then, ms of sys_clock_ms(). 0:
	 * the last one started. */
	int64_t probe_tries_end;
	enum news news;
	int is_open; /* somebody listens, or tried to */
	int signals; /* SIGIO says that there is something to be heard */
	int uevents; /* the socket; below 0: none */
	/* A device came that asks for a driver; NULL: words were lost, so look at all of them. */
	void (*on_modalias)(void *argument, const char *modalias);
	/* All that was told is taken. Whether it did something of which more may be told. */
	int (*on_silence)(void *argument);
	void *argument;
};

#define NO_DEADLINE INT64_MAX

enum look { LOOK_AT_NAMES, LOOK_INSIDE }; /* only that they are there; or a probe of each */

/* Listens for devices, from now on; again does nothing. Then devices_scan() once more, so that
 * nothing falls between. Where the kernel tells nobody (no CONFIG_NET) it says so, and
 * devices_wait() looks again every 100 ms. */
void devices_open(struct devices *devices);

/* Takes in every block device of /proc/partitions, that is, with a size, that is not known. 0, or
 * -errno, said. */
int devices_scan(struct devices *devices);

/* Starts probes for new devices, as many as may run, and waits until something has happened or the
 * deadline (as of sys_clock_ms()) has passed: a block or virtio device came, changed or went, a
 * probe ended. */
void devices_wait(struct devices *devices, enum look look, int64_t deadline);

/* Starts a probe of this device alone, if it is new and one may run. Whether devices_wait() will
 * bring an answer. */
int devices_probe(struct devices *devices, struct device *device);

/* Takes what was told until now, without waiting. */
void devices_hear(struct devices *devices);

/* For who waits for signals: SIGIO comes for what is told from now on, and for what a
 * probe finds. */
void devices_signal(struct devices *devices);
/* What devices_wait(), LOOK_INSIDE, does, as far as it goes without waiting. When it must be called
 * again at the latest, as of sys_clock_ms(): a probe that hangs is given up then. */
int64_t devices_go_on(struct devices *devices);
/* A child has been reaped that may be a probe. */
void devices_take_end(struct devices *devices, int pid, int status);

/* Whether a probe runs or is to be started. */
int devices_are_busy(const struct devices *devices);

/* By its number; NULL. */
struct device *devices_find(struct devices *devices, unsigned int major, unsigned int minor);

/* Whether the number of `a` is the lower one. */
int devices_is_lower(const struct device *a, const struct device *b);

/* When so many seconds from now on are over, as of sys_clock_ms(); NO_DEADLINE for WAIT_FOREVER. */
int64_t devices_deadline(int seconds);

/* Milliseconds; -1: no limit, 0: over. */
int64_t devices_time_left(int64_t deadline);

/* Takes what the kernel tells of a block device: it came, changed or went. */
void devices_take_event(struct devices *devices, const struct uevent *event);

/* What could not be read may not have been ready, and is to be looked at again. */
void devices_announce(struct devices *devices);

/* disk_id.c: what sysfs says of the device, or of the disk of a partition. */
void device_id(const struct device *device, struct diskid *id);
/* The same, or its path, whichever the root is asked for by. */
void device_id_asked(const struct device *device, const struct rootspec *spec, struct diskid *id);
/* Whether that is what root=WWID= or a link of /dev/disk/by-id or by-path names. */
int device_has_id(const struct device *device, const struct rootspec *spec);

/* disk_path.c: where the device, or the disk of a partition, is plugged in. */
void device_path(const struct device *device, struct diskid *id);

/* probe.c: an unprivileged, seccomp-confined child probes the device. Returns 0, or -errno, told
 * in device->trouble. The device stays DEVICE_NEW, to be tried again after PROBE_RETRY_MS; once no
 * child could be started for three seconds it becomes DEVICE_SILENT. */
int probe_start(struct devices *devices, struct probe *probe, struct device *device);
/* Takes what the child has told, or its end; frees the slot. */
void probe_finish(struct probe *probe);
/* The child did not answer in time. */
void probe_give_up(struct probe *probe);

#endif
