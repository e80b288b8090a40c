// SPDX-License-Identifier: MIT
/* console.c - open a console that works, on descriptors 0 to 2. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "init/boot.h"
#include "init/pure/count.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define NAMES_MAX 256 /* bytes of /sys/class/tty/console/active: eight names or so */

/* Tried if neither /dev/console nor any console= parameter can be opened; but not with
 * console=null. */
static const char *const last_resorts[] = { "ttyS0", "tty0" };

/* Opens a terminal that exists: for a missing serial port open(2) succeeds, and an ioctl fails with
 * EIO. */
static int open_tty(const char *path)
{
	int fd = sys_open(path, O_RDWR | O_NOCTTY);
	int error;

	if (fd < 0)
		return fd;
	error = sys_is_tty(fd);
	if (!error)
		return fd;
	sys_close(fd);
	return error;
}

static int open_named(const char *name)
{
	char path[DEVICE_PATH_MAX];
	size_t len = strcspn(name, ","); /* console=ttyS0,115200n8 */

	if (len == 0 || len > sizeof(path) - 6)
		return -ENODEV;
	memcpy(path, "/dev/", 5);
	memcpy(path + 5, name, len);
	path[5 + len] = '\0';
	return open_tty(path);
}

static int open_dev_console(void)
{
	int fd = open_tty("/dev/console");

	if (fd == -ENOENT && sys_mknod("/dev/console", S_IFCHR | 0600, 5, 1) == 0)
		fd = open_tty("/dev/console");
	return fd;
}

/* Tries the last name first: the kernel uses that one for /dev/console. */
static int open_active(void)
{
	char names[NAMES_MAX], *active[16];
	int fd = -ENODEV, count;

	if (file_read("/sys/class/tty/console/active", names, sizeof(names)) <= 0)
		return fd;
	count = words_split(names, active, 15);
	while (fd < 0 && count > 0)
		fd = open_named(active[--count]);
	return fd;
}

/* Parses the command line for console= alone: the step settings comes later, and this is only
 * needed if /dev/console fails. */
static int open_asked_for(struct boot *boot)
{
	struct settings asked = { 0 };
	int fd = -ENODEV;

	settings_defaults(&asked);
	if (file_read("/proc/cmdline", boot->cmdline, sizeof(boot->cmdline)) < 0)
		return fd;
	settings_parse(&asked, boot->cmdline, FROM_KERNEL);
	for (int i = asked.console_count; i > 0 && fd < 0; i--) {
		if (strcmp(asked.consoles[i - 1], "null") == 0)
			return -ENODEV;
		fd = open_named(asked.consoles[i - 1]);
	}
	for (size_t i = 0; fd < 0 && i < COUNT(last_resorts); i++)
		fd = open_named(last_resorts[i]);
	return fd;
}

/* If /dev/null is missing, too, descriptors 0 to 2 stay closed and messages are lost. */
static int open_any(struct boot *boot)
{
	int fd = open_dev_console();

	log_console(fd < 0 ? LOG_CONSOLE_OTHER : LOG_CONSOLE_KERNEL);
	if (fd < 0)
		fd = open_active();
	if (fd < 0)
		fd = open_asked_for(boot);
	if (fd < 0)
		fd = sys_open("/dev/null", O_RDWR);
	return fd;
}

/* Else the next file that is opened, a disk or a port, would get what the log writes. */
static void occupy(void)
{
	int fd;

	do
		fd = sys_open(".", O_PATH);
	while (fd >= 0 && fd < 2);
}

static int open_console(struct boot *boot)
{
	int fd = open_any(boot), error = 0;

	if (fd < 0)
		return log_err(fd, "open a console");
	for (int i = 0; i <= 2 && error >= 0; i++)
		error = sys_dup2(fd, i);
	if (fd > 2)
		sys_close(fd);
	if (error >= 0)
		log_open_console();
	return error < 0 ? log_err(error, "put the console on descriptors 0 to 2") : 0;
}

int console_open(struct boot *boot)
{
	int error = open_console(boot);

	if (error)
		occupy();
	return error;
}
