/* probe.c - looks at a block device in a child that has no rights but to read it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "init/boot.h"
#include "init/device/devices.h"
#include "init/pure/format.h"
#include "init/pure/fsprobe.h"
#include "init/pure/names.h"
#include "init/pure/partitions.h"
#include "init/sys/crash.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"
#include "init/sys/sysfs.h"

#define DEADLINE_MS 10000 /* a drive that spins up takes 3 to 8 s */
#define TRIES_MS                                                                        \
	3000 /* a process or a page that is missing now is there once others have ended \
	      */
#define ARENA_SIZE (1024 * 1024) /* bytes of reads that are kept; touched as far as they go */
#define INSTRUCTIONS 13

struct job {
	const struct device *device;
	struct device disk; /* of a partition: its name, and its number where it is known */
	enum log_level
		filter_level; /* of the word that there is no filter: one child's is enough */
	int pipe, fd, disk_fd; /* disk_fd: below 0 for what is no partition */
	uint64_t size, disk_size, start;
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define END(action) BPF_STMT(BPF_RET | BPF_K, action)

/*
 * What the child may still do:
 * 1. pread64 of the device and of its disk;
 * 2. write to its pipe;
 * 3. end.
 * A jump counts from the next line. Of a descriptor the low half is looked at: the kernel takes an
 * unsigned int. A kernel without seccomp filters has no such limits: the child works all the same.
 */
static void give_up_rights(const struct job *job)
{
	const struct sock_filter filter[INSTRUCTIONS] = {
		LOAD(arch), /* 0 */
		IF(AUDIT_ARCH_X86_64, 0, 9), /* 1: else 11 */
		LOAD(nr), /* 2 */
		IF(SYS_exit_group, 8, 0), /* 3: 12 */
		IF(SYS_write, 4, 0), /* 4: 9 */
		IF(SYS_pread64, 0, 5), /* 5: else 11 */
		LOAD(args[0]), /* 6 */
		IF(job->fd, 4, 0), /* 7: 12 */
		IF(job->disk_fd, 3, 2), /* 8: 12, else 11 */
		LOAD(args[0]), /* 9 */
		IF(job->pipe, 1, 0), /* 10: 12 */
		END(SECCOMP_RET_KILL_PROCESS), /* 11 */
		END(SECCOMP_RET_ALLOW), /* 12 */
	};
	int error = sys_restrict(filter, INSTRUCTIONS);

	if (error)
		log_say(job->filter_level,
			"no seccomp filter for the probe of %s (error %d): is "
			"CONFIG_SECCOMP_FILTER set?",
			job->device->name, -error);
}

/* Where /dev is no devtmpfs the node is to be made. */
static int open_path(const char *path, unsigned int major, unsigned int minor)
{
	int fd = sys_open(path, O_RDONLY | O_NONBLOCK);

	if (fd != -ENOENT || major == 0 || sys_mknod(path, S_IFBLK | 0600, major, minor))
		return fd;
	return sys_open(path, O_RDONLY | O_NONBLOCK);
}

static int open_device(const struct device *device, uint64_t *size)
{
	char path[DEVICE_PATH_MAX];
	int fd, error;

	format_text(path, sizeof(path), "/dev/%s", device->name);
	fd = open_path(path, device->major, device->minor);
	if (fd < 0)
		return fd;
	error = sys_device_size(fd, size);
	return error ? error : fd;
}

/* Reads what the view wants. 0, or -errno where there is no room, for which nothing is read. */
static int feed(int fd, struct view *view, int *read_error)
{
	static uint8_t arena[ARENA_SIZE];
	uint8_t *to = arena + view->kept;
	long got;

	if (view->want_len > sizeof(arena) - view->kept)
		return -E2BIG;
	got = sys_pread(fd, to, view->want_len, view->want_offset);
	if (got < 0)
		*read_error = (int)got;
	return view_add(view, (struct span){ to, got < 0 ? 0 : (size_t)got });
}

/* A device that wants more reads than any sound one does is one of nothing known. */
static void look(const struct job *job, struct finding *finding)
{
	struct view view = { .size = job->size, .is_part = job->device->part != 0 },
		    disk = { .size = job->disk_size };
	int read_error = 0;

	while (!fsprobe(&view, finding))
		if (feed(job->fd, &view, &read_error))
			break;
	if (read_error && finding->found == FOUND_NOTHING) {
		finding->found = FOUND_UNREADABLE;
		finding->error = (uint8_t)-read_error;
	}
	while (job->disk_fd >= 0 && !partition_find(&disk, job->device->part, job->start, finding))
		if (feed(job->disk_fd, &disk, &read_error))
			break;
}

/* Two reads of the device, at the same time, in place of seven that wait for each other. */
static void read_ahead(const struct job *job)
{
	uint64_t tail = job->size > FSPROBE_TAIL ? job->size - FSPROBE_TAIL : 0;

	sys_readahead(job->fd, 0, FSPROBE_HEAD);
	if (tail > FSPROBE_HEAD)
		sys_readahead(job->fd, tail, FSPROBE_TAIL);
}

static void open_all(struct job *job)
{
	job->fd = open_device(job->device, &job->size);
	job->disk_fd = -1;
	if (job->fd >= 0)
		read_ahead(job);
	if (job->fd < 0 || !job->device->part)
		return;
	job->disk_fd = open_device(&job->disk, &job->disk_size);
	/* In sectors; a place where no partition begins if nobody tells. */
	job->start = sysfs_number(job->device->name, "start", UINT64_MAX);
}

/* In the child: opens, gives up its rights, looks, tells. */
static int in_child(void *argument)
{
	struct job *job = argument;
	struct finding finding;

	crash_release();
	memset(&finding, 0, sizeof(finding));
	open_all(job);
	give_up_rights(job);
	if (job->fd >= 0) {
		look(job, &finding);
	} else if (job->fd != -ENOMEDIUM) {
		finding.found = FOUND_UNREADABLE;
		finding.error = (uint8_t)-job->fd;
	}
	return sys_write(job->pipe, &finding, sizeof(finding)) == sizeof(finding) ? 0 : 1;
}

/* A partition may be told of before its disk is: then the node is all there is. */
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
	return error;
}

int probe_start(struct devices *devices, struct probe *probe, struct device *device)
{
	struct job job = { .device = device,
			   .filter_level = devices->probed++ ? LOG_DEBUG : LOG_INFO };
	int ends[2], error = sys_pipe(ends);

	if (device->part)
		find_disk(devices, &job);
	if (!error) {
		job.pipe = ends[1];
		error = sys_fork(in_child, &job);
		sys_close(ends[1]);
		if (error < 0)
			sys_close(ends[0]);
	}
	if (error < 0)
		return no_child(devices, device, error);
	devices->probe_tries_end = 0;
	if (devices->signals)
		sys_signal_of(ends[0]);
	*probe = (struct probe){ .pid = error,
				 .pipe = ends[0],
				 .device = device,
				 .deadline = sys_clock_ms() + DEADLINE_MS };
	device->state = DEVICE_PROBING;
	return 0;
}

static void tell_end(struct device *device, int status)
{
	const char *signal = WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : NULL;

	device->state = DEVICE_SILENT;
	if (signal)
		format_text(device->trouble, sizeof(device->trouble), "probe killed by SIG%s",
			    signal);
	else
		format_text(device->trouble, sizeof(device->trouble), "probe ended without a word");
}

static void settle(struct device *device, const struct finding *finding)
{
	int is_unreadable = finding->found == FOUND_UNREADABLE;

	device->finding = *finding;
	device->state = DEVICE_KNOWN;
	if (device->changed == CHANGED || (device->changed == ANNOUNCED && is_unreadable))
		device->state = DEVICE_NEW;
	device->changed = UNCHANGED;
}

/* What the child told is foreign: it read the device's bytes. Whatever it does now, it ends. */
void probe_finish(struct probe *probe)
{
	struct finding finding;
	long got = sys_read(probe->pipe, &finding, sizeof(finding));
	struct device *device = probe->device;

	if (got == -EINTR || got == -EAGAIN)
		return;
	sys_close(probe->pipe);
	if (!probe->is_reaped) {
		sys_kill(probe->pid, SIGKILL);
		sys_wait_for(probe->pid, &probe->status);
	}
	probe->pid = 0;
	if (!device)
		return;
	if (got == sizeof(finding) && finding_check(&finding) == 0)
		settle(device, &finding);
	else
		tell_end(device, probe->status);
}

/* It may hang in the kernel, where no signal reaches it: it is not waited for. */
void probe_give_up(struct probe *probe)
{
	if (!probe->is_reaped)
		sys_kill(probe->pid, SIGKILL);
	sys_close(probe->pipe);
	probe->pid = 0;
	if (!probe->device)
		return;
	probe->device->state = DEVICE_SILENT;
	format_text(probe->device->trouble, sizeof(probe->device->trouble), "no answer within %d s",
		    DEADLINE_MS / 1000);
	log_say(LOG_WARNING, "%s: %s", probe->device->name, probe->device->trouble);
}
