// SPDX-License-Identifier: MIT
/* watchdog.c - a device that resets the machine unless it is fed: while the program is healthy. */
#include <errno.h>
#include <fcntl.h>

#include "init/boot.h"
#include "init/program/child.h"
#include "init/pure/format.h"
#include "init/pure/notice.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define DEVICE "/dev/watchdog"
#define WAIT_S 5 /* its driver may still be loading */

/* A program that has never sent WATCHDOG=1 is healthy as long as it runs. What one said is not
 * that of the next, which is started in its place. */
static bool is_healthy(const struct watchdog *watchdog)
{
	if (!watchdog->stop->child || watchdog->stop->child->pid != watchdog->pid)
		return true;
	return !watchdog->has_failed &&
	       (!watchdog->alive_until || sys_clock_ms() < watchdog->alive_until);
}

static void feed(void *owner)
{
	struct watchdog *watchdog = owner;
	long done;

	if (!is_healthy(watchdog)) {
		log_print(LOG_WARNING,
			  "the program is not healthy: " DEVICE
			  " is fed no more, and resets the machine within %d s",
			  watchdog->seconds);
		return;
	}
	done = sys_write(watchdog->fd, "", 1);
	if (done < 0)
		log_warn((int)done, "feed " DEVICE);
	watchdog->timer.due = sys_clock_ms() + (int64_t)watchdog->seconds * 500;
	loop_add_timer(watchdog->loop, &watchdog->timer);
}

void watchdog_accept(struct watchdog *watchdog, const struct notice *notice)
{
	int pid = watchdog->stop->child ? watchdog->stop->child->pid : 0;

	if (pid != watchdog->pid) {
		watchdog->pid = pid;
		watchdog->alive_until = 0;
		watchdog->has_failed = false;
	}
	if (notice->is_alive)
		watchdog->alive_until = sys_clock_ms() + (int64_t)watchdog->seconds * 1000;
	watchdog->has_failed |= notice->has_failed;
}

/* A driver stops its device when it is closed after this letter, and not without it. */
void watchdog_close(struct watchdog *watchdog)
{
	long done;

	if (!watchdog->is_open)
		return;
	watchdog->is_open = false;
	loop_remove_timer(watchdog->loop, &watchdog->timer);
	done = sys_write(watchdog->fd, "V", 1);
	if (done < 0)
		log_warn((int)done, "stop " DEVICE);
	sys_close(watchdog->fd);
}

static bool is_there(void *owner)
{
	struct watchdog *watchdog = owner;

	watchdog->fd = sys_open(DEVICE, O_WRONLY);
	return watchdog->fd != -ENOENT && watchdog->fd != -ENODEV;
}

static int open_device(struct boot *boot, struct watchdog *watchdog)
{
	int error;

	if (!is_there(watchdog)) {
		uevents_open(&boot->uevents);
		uevents_wait(&boot->uevents, is_there, watchdog, loop_deadline(WAIT_S), NULL, NULL);
	}
	if (watchdog->fd < 0)
		return log_err(watchdog->fd, "open " DEVICE);
	watchdog->is_open = true;
	error = sys_set_watchdog(watchdog->fd, &watchdog->seconds);
	if (error) {
		log_err(error, "set the timeout of " DEVICE " to %d s", watchdog->seconds);
		watchdog_close(watchdog);
	}
	return error;
}

int watchdog_open(struct boot *boot)
{
	struct watchdog *watchdog = &boot->watchdog;
	int error;

	if (!boot->settings.watchdog_s)
		return 0;
	watchdog->loop = &boot->loop;
	watchdog->stop = &boot->stop;
	watchdog->seconds = boot->settings.watchdog_s;
	watchdog->timer = (struct loop_timer){ .node.owner = watchdog, .due = 0, .expired = feed };
	error = open_device(boot, watchdog);
	if (error)
		return error;
	feed(watchdog);
	if (!boot->notify.is_open)
		return 0;
	boot->notify.watchdog = watchdog;
	format_text(watchdog->usec, sizeof(watchdog->usec), "WATCHDOG_USEC=%d000000",
		    watchdog->seconds);
	return settings_set_env(boot, watchdog->usec);
}
