// SPDX-License-Identifier: MIT
/* power.c - end the machine: end all processes, release the disks, power off. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/count.h"
#include "init/pure/format.h"
#include "init/pure/mounts.h"
#include "init/pure/number.h"
#include "init/sys/file.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/meminfo.h"
#include "init/sys/sys.h"

#define MOUNTS_MAX 16384 /* bytes of /proc/self/mounts */
#define MOUNT_COUNT 128 /* mounts that hold data */
#define AFTER_KILL_MS 2000 /* a process in the driver of a dead disk never exits */
#define STALLED_MS 60000 /* the kernel's timeout for a SCSI disk to flush its cache */
#define RECHECK_MS 1000 /* interval of checks whether the disks made progress */
#define PROC_PATH_MAX 32 /* bytes; a process has up to 7 digits */
#define STAT_MAX 1024 /* bytes of /proc/PID/stat: 52 numbers and a name of 15 bytes */

/* File systems without data on a disk: not unmounted. */
static const char *const in_memory[] = { "rootfs",  "ramfs",  "tmpfs",	    "devtmpfs",
					 "proc",    "sysfs",  "devpts",	    "cgroup2",
					 "cgroup",  "mqueue", "debugfs",    "tracefs",
					 "bpf",	    "pstore", "securityfs", "hugetlbfs",
					 "configfs" };

/* Sends SIGHUP to session leaders with a terminal: a login shell ignores SIGTERM. The kernel passes
 * SIGHUP on to the session. /proc/PID/stat is "PID (NAME) STATE PARENT GROUP SESSION TERMINAL ...".
 */
static int hang_up(const struct dirent_view *entry, void *argument)
{
	char path[PROC_PATH_MAX], stat[STAT_MAX];
	size_t len = strlen(entry->name);
	unsigned int pid;
	const char *at;

	(void)argument;
	format_text(path, sizeof(path), "/proc/%s/stat", entry->name);
	if (!number_parse(entry->name, 10, INT_MAX, &pid) || !file_line(path, stat, sizeof(stat)))
		return 0;
	at = strrchr(stat, ')');
	for (int i = 0; i < 4 && at; i++)
		at = strchr(at + 1, ' ');
	if (at && strncmp(at + 1, entry->name, len) == 0 && at[len + 1] == ' ' &&
	    at[len + 2] != '0')
		sys_kill((int)pid, SIGHUP);
	return 0;
}

/* Whether no process is left, and the program's last output is sent. */
static bool all_have_ended(void *argument)
{
	struct boot *boot = argument;

	return !loop_reap(&boot->loop) && stdio_is_over(&boot->stdio);
}

/* The same, or a request has shortened the grace. */
static bool is_over_or_due(void *argument)
{
	struct boot *boot = argument;

	return boot->stop.is_due || all_have_ended(argument);
}

static void requested(void *owner, int signal)
{
	struct boot *boot = owner;

	stop_by_signal(&boot->stop, signal);
}

/* Waits for the grace, which a second request to end the machine shortens. Returns after how many
 * seconds it was over; -1: all have ended. */
static int wait_for_grace(struct boot *boot)
{
	int64_t start = sys_clock_ms();
	int64_t ms =
		boot->stop.requests > 1 ? STOP_AGAIN_MS : (int64_t)boot->settings.grace_s * 1000;

	loop_set_signals(&boot->loop, requested, boot);
	loop_run(&boot->loop, is_over_or_due, boot, start + ms);
	loop_set_signals(&boot->loop, NULL, NULL);
	return all_have_ended(boot) ? -1 : (int)((sys_clock_ms() - start) / 1000);
}

static void end_processes(struct boot *boot)
{
	int waited_s;

	/* Without a living process /proc need not be read. */
	if (sys_kill(-1, SIGTERM) != -ESRCH && loop_reap(&boot->loop)) {
		sys_kill(-1, SIGCONT); /* a stopped process does not handle SIGTERM */
		file_each("/proc", hang_up, NULL);
	}
	waited_s = wait_for_grace(boot);
	if (waited_s < 0)
		return;
	if (!loop_reap(&boot->loop)) {
		log_print(LOG_WARNING,
			  "the host has not read all of the program's output within %d s: lost",
			  waited_s);
		return;
	}
	log_print(LOG_WARNING, "processes still running %d s after SIGTERM: killed", waited_s);
	sys_kill(-1, SIGKILL);
	loop_run(&boot->loop, all_have_ended, boot, sys_clock_ms() + AFTER_KILL_MS);
}

static int holds_data(const char *type)
{
	for (size_t i = 0; i < COUNT(in_memory); i++)
		if (strcmp(type, in_memory[i]) == 0)
			return 0;
	return 1;
}

/* Remounts a mount read-only if it cannot be unmounted: that makes it consistent, too. */
static void release(const char *target)
{
	int error = sys_umount(target, 0);

	if (error)
		error = sys_mount(NULL, target, NULL, MS_REMOUNT | MS_RDONLY, NULL);
	if (error)
		log_warn(error, "unmount %s, or make it read-only", target);
}

/* Unmounts in reverse order: a mount below another one comes first. */
static void release_mounts(void)
{
	static char text[MOUNTS_MAX];
	const char *targets[MOUNT_COUNT];
	struct mount_line line;
	char *rest = text;
	int count = 0;
	long len = file_read("/proc/self/mounts", text, sizeof(text));

	if (len < 0) {
		log_warn((int)len, "read /proc/self/mounts");
		return;
	}
	while (count < MOUNT_COUNT && mounts_next(&rest, &line))
		if (holds_data(line.type))
			targets[count++] = line.target;
	while (count > 0)
		release(targets[--count]);
}

static int sync_disks(void *unused)
{
	(void)unused;
	sys_sync();
	release_mounts();
	return 0;
}

struct disk_sync {
	struct loop_child child;
	bool is_over;
	int status;
};

static void synced(void *owner, int status)
{
	struct disk_sync *syncing = owner;

	syncing->is_over = true;
	syncing->status = status;
}

static bool is_over(void *sync)
{
	return ((const struct disk_sync *)sync)->is_over;
}

/* Waits without limit while the amount of unwritten data shrinks: the disk is slow. If the child
 * was killed, PID 1 syncs itself: nothing hung. */
static void wait_for_disks(struct loop *loop, struct disk_sync *syncing)
{
	uint64_t left, least = UINT64_MAX;
	int64_t deadline = 0;

	do {
		if (loop_run(loop, is_over, syncing, sys_clock_ms() + RECHECK_MS) == 0) {
			if (syncing->status)
				sync_disks(NULL);
			return;
		}
		left = meminfo_unwritten();
		if (left < least || deadline == 0) {
			least = left;
			deadline = sys_clock_ms() + STALLED_MS;
			wire_report("within %d", STALLED_MS / 1000);
		}
	} while (loop_time_left(deadline));
	loop_remove_child(loop, &syncing->child);
	log_print(LOG_WARNING, "a disk has not answered for %d s: giving up with %lu KiB unwritten",
		  STALLED_MS / 1000, least == UINT64_MAX ? 0 : (unsigned long)(least / 1024));
}

/* In a child: sync(2) and umount(2) block for ever if a disk hangs. */
static void release_disks(struct loop *loop)
{
	int pid = sys_fork(sync_disks, NULL);
	struct disk_sync syncing = { .child = { .node.owner = &syncing,
						.pid = pid,
						.deadline = NO_DEADLINE,
						.ended = synced } };

	if (pid < 0) {
		sync_disks(NULL);
		return;
	}
	loop_add_child(loop, &syncing.child);
	wait_for_disks(loop, &syncing);
}

/* Without ACPI a power off only halts most virtual machines. A reboot ends those that were started
 * for a single boot (QEMU's -no-reboot). */
static enum power_action by_firmware(void)
{
	return sys_access("/sys/firmware/acpi", F_OK) == -ENOENT &&
			       sys_access("/sys/firmware", F_OK) == 0
		       ? POWER_REBOOT
		       : POWER_OFF;
}

/* A reboot or halt that a signal or a failure asked for wins over rdinit.exit=. */
static enum power_action choose_action(const struct boot *boot)
{
	if (boot->power_action == POWER_REBOOT || boot->power_action == POWER_HALT)
		return boot->power_action;
	if (boot->settings.exit)
		return (enum power_action)boot->settings.exit;
	return by_firmware();
}

static int command_of(enum power_action action)
{
	switch (action) {
	case POWER_REBOOT:
		return RB_AUTOBOOT;
	case POWER_HALT:
		return RB_HALT_SYSTEM;
	default:
		return RB_POWER_OFF;
	}
}

/* Tries the other actions if the kernel refuses the first one. If it refuses all of them, PID 1
 * waits and reaps for ever, because it must not exit. */
static _Noreturn void end_machine(struct loop *loop, enum power_action action)
{
	static const enum power_action others[] = { POWER_OFF, POWER_REBOOT };
	int error = sys_reboot(command_of(action));

	log_err(error, "ask the kernel to end the machine");
	for (size_t i = 0; i < COUNT(others); i++)
		if (others[i] != action)
			sys_reboot(command_of(others[i]));
	for (;;)
		loop_run(loop, NULL, NULL, NO_DEADLINE);
}

int power(struct boot *boot)
{
	static const char *const words[] = {
		[POWER_OFF] = "off", [POWER_REBOOT] = "reboot", [POWER_HALT] = "halt"
	};
	enum power_action action;

	wire_report("within %d", boot->settings.grace_s + (AFTER_KILL_MS + RECHECK_MS) / 1000);
	end_processes(boot);
	release_disks(&boot->loop);
	action = choose_action(boot);
	if (log_console_is_deaf())
		wire_report("status power: the console takes no bytes");
	wire_report("%s", words[action]);
	/* Bytes in the serial port's buffer would be lost. */
	wire_drain(&boot->loop, log_console_is_deaf() ? NO_TERMINAL : 1);
	watchdog_close(&boot->watchdog);
	end_machine(&boot->loop, action);
}
