// SPDX-License-Identifier: MIT
/* probe.c - probe a block device in an unprivileged, seccomp-confined child. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "init/device/devices.h"
#include "init/pure/format.h"
#include "init/pure/fsprobe/fsprobe.h"
#include "init/pure/names.h"
#include "init/pure/partitions.h"
#include "init/pure/limits.h"
#include "init/sys/crash.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/sys/sysfs.h"

#define DEADLINE_MS 10000 /* a drive that spins up takes 3 to 8 s */
#define TRIES_MS 3000 /* for a fork that fails: processes and memory may become free */
#define PAGE 4096

struct job {
	const struct device *device;
	struct device disk; /* of a partition: its disk's name, and its number if known */
	enum log_level level; /* of the message about missing seccomp: INFO only once */
	struct finding *finding; /* in memory shared with PID 1 */
	int error; /* -errno of the device */
	const uint8_t *bytes, *disk_bytes; /* the mapped device; NULL: not opened */
	uint64_t size, disk_size, start;
};

/*
 * What the child can still do:
 * 1. read the mapped device and its disk, and write its own and the shared memory;
 * 2. exit.
 * It has no open descriptor. It stores its finding in the shared memory. Without seccomp in the
 * kernel the child probes without these limits.
 */
static void confine(const struct job *job)
{
	int error;

	sys_close_all();
	error = sys_confine();
	if (error)
		log_print(
			job->level,
			"no seccomp for the probe of %s (error %d): set CONFIG_SECCOMP in the kernel",
			job->device->name, -error);
}

/* Makes the node if /dev is not devtmpfs. */
static int open_path(const char *path, unsigned int major, unsigned int minor)
{
	int fd = sys_open(path, O_RDONLY | O_NONBLOCK);

	if (fd != -ENOENT || major == 0 || sys_mknod(path, S_IFBLK | 0600, major, minor))
		return fd;
	return sys_open(path, O_RDONLY | O_NONBLOCK);
}

/* Two parallel reads instead of one for each page. */
static void read_ahead(int fd, uint64_t size)
{
	uint64_t tail = size > FSPROBE_TAIL ? size - FSPROBE_TAIL : 0;

	sys_read_ahead(fd, 0, FSPROBE_HEAD);
	if (tail > FSPROBE_HEAD)
		sys_read_ahead(fd, tail, FSPROBE_TAIL);
}

/* Returns the descriptor, or -errno. */
static int map_device(const struct device *device, const uint8_t **bytes, uint64_t *size)
{
	char path[DEVICE_PATH_MAX];
	int fd, error;

	format_text(path, sizeof(path), "/dev/%s", device->name);
	fd = open_path(path, device->major, device->minor);
	if (fd < 0)
		return fd;
	error = sys_device_size(fd, size);
	if (!error && *size)
		error = sys_map_device(fd, *size, bytes);
	return error ? error : fd;
}

static jmp_buf unreadable;

static void cannot_read(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	longjmp(unreadable, 1);
}

/* Touches each page first: SIGBUS means that it cannot be read. Returns 0, or -E2BIG: too many
 * reads. */
static int feed(const uint8_t *bytes, struct view *view)
{
	const volatile uint8_t *from = bytes + view->want_offset;
	volatile size_t len = 0;

	if (setjmp(unreadable) == 0)
		for (; len < view->want_len; len += PAGE)
			(void)from[len];
	if (len > view->want_len)
		len = view->want_len;
	view->is_bad |= len < view->want_len;
	return view_add(view, (struct span){ bytes + view->want_offset, len });
}

/* view_add() ends a probe that asks for more reads than any valid format needs. */
static void probe(const struct job *job, struct finding *finding)
{
	struct view view = { .size = job->size, .is_part = job->device->part != 0 },
		    disk = { .size = job->disk_size };

	while (!fsprobe(&view, finding))
		if (feed(job->bytes, &view))
			break;
	if (view.is_bad && finding->found == FOUND_NOTHING) {
		finding->found = FOUND_UNREADABLE;
		finding->error = EIO;
	}
	while (job->disk_bytes && !partition_find(&disk, job->device->part, job->start, finding))
		if (feed(job->disk_bytes, &disk))
			break;
}

static void map_all(struct job *job)
{
	int fd = map_device(job->device, &job->bytes, &job->size);

	job->error = fd < 0 ? fd : 0;
	if (fd >= 0)
		read_ahead(fd, job->size);
	if (fd < 0 || !job->device->part)
		return;
	if (map_device(&job->disk, &job->disk_bytes, &job->disk_size) < 0)
		job->disk_bytes = NULL;
	/* In sectors; if unknown, a number where no partition begins. */
	job->start = sysfs_number(job->device->name, "start", UINT64_MAX);
}

/* In the child: maps the device, drops all privileges, probes. */
static int in_child(void *argument)
{
	struct job *job = argument;

	crash_release();
	map_all(job);
	sys_catch(SIGBUS, cannot_read);
	confine(job);
	if (!job->error) {
		probe(job, job->finding);
	} else if (job->error != -ENOMEDIUM) {
		job->finding->found = FOUND_UNREADABLE;
		job->finding->error = (uint8_t)-job->error;
	}
	return 0;
}

/* If the partition is announced before its disk, only the disk's name is known. */
static void find_disk(const struct devices *devices, struct job *job)
{
	const char *name = job->device->disk;

	memset(&job->disk, 0, sizeof(job->disk));
	memcpy(job->disk.name, name, strlen(name) + 1);
	for (int i = 0; i < devices->count; i++)
		if (strcmp(devices->all[i].name, name) == 0)
			job->disk = devices->all[i];
}

static int no_child(struct devices *devices, struct device *device, int error)
{
	int64_t now = sys_clock_ms();

	if (!devices->probe_tries_end)
		devices->probe_tries_end = now + TRIES_MS;
	device->state = now < devices->probe_tries_end ? DEVICE_NEW : DEVICE_SILENT;
	format_text(device->trouble, sizeof(device->trouble), "no probe: %s", error_name(-error));
	devices->probe_retry.due = now + PROBE_RETRY_MS;
	loop_add_timer(devices->loop, &devices->probe_retry);
	return error;
}

static void report_end(struct device *device, int status)
{
	const char *signal = WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : NULL;

	device->state = DEVICE_SILENT;
	if (signal)
		format_text(device->trouble, sizeof(device->trouble), "probe killed by SIG%s",
			    signal);
	else
		format_text(device->trouble, sizeof(device->trouble),
			    "probe ended without a result");
}

/* Does not wait for the child: it may hang in the kernel, where no signal reaches it. It may still
 * write its finding, so the next child gets other memory. */
static void give_up_probe(struct probe *probe)
{
	struct device *device = probe->device;

	sys_kill(probe->child.pid, SIGKILL);
	probe->finding = NULL;
	if (!device)
		return;
	device->state = DEVICE_SILENT;
	format_text(device->trouble, sizeof(device->trouble), "no answer within %d s",
		    DEADLINE_MS / 1000);
	log_print(LOG_WARNING, "%s: %s", device->name, device->trouble);
}

static void store_finding(struct device *device, const struct finding *finding)
{
	bool is_unreadable = finding->found == FOUND_UNREADABLE;

	device->finding = *finding;
	device->state = DEVICE_KNOWN;
	if (device->changed == CHANGED || (device->changed == ANNOUNCED && is_unreadable))
		device->state = DEVICE_NEW;
	device->changed = UNCHANGED;
}

/* The finding is untrusted, because the child read the device's bytes. The child has exited and can
 * no longer change it. */
static void ended(void *owner, int status)
{
	struct probe *probe = owner;
	const struct finding *finding = probe->finding;

	if (status == LOOP_LATE)
		give_up_probe(probe);
	else if (probe->device && status == 0 && finding_check(finding) == 0)
		store_finding(probe->device, finding);
	else if (probe->device)
		report_end(probe->device, status);
	probe->child.pid = 0;
	devices_go_on(probe->devices);
}

int probe_start(struct devices *devices, struct probe *probe, struct device *device)
{
	struct job job = { .device = device, .level = devices->probed++ ? LOG_DEBUG : LOG_INFO };
	int pid = -ENOMEM;

	if (!probe->finding)
		probe->finding = sys_map_memory(sizeof(*probe->finding), MEMORY_SHARED);
	if (device->part)
		find_disk(devices, &job);
	job.finding = probe->finding;
	if (job.finding) {
		memset(job.finding, 0, sizeof(*job.finding));
		pid = sys_fork(in_child, &job);
	}
	if (pid < 0)
		return no_child(devices, device, pid);
	devices->probe_tries_end = 0;
	probe->child = (struct loop_child){ .node.owner = probe,
					    .pid = pid,
					    .deadline = sys_clock_ms() + DEADLINE_MS,
					    .ended = ended };
	probe->devices = devices;
	probe->device = device;
	loop_add_child(devices->loop, &probe->child);
	device->state = DEVICE_PROBING;
	return 0;
}
