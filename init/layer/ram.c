// SPDX-License-Identifier: MIT
/* ram.c - rdinit.toram: the root, or its file, is copied to memory, so that its medium can go. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "init/layer/layer.h"
#include "init/pure/format.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/meminfo.h"
#include "init/sys/sys.h"

#define FILE_IN_RAM RAM "/root"
#define KEPT_MIB 64 /* for the system itself: a Debian takes as much until its login */
#define PART (8UL << 20) /* bytes that are copied at a time */
#define SAY_AFTER_MS 3000
#define MIB(bytes) ((unsigned long)((bytes) >> 20))

static int size_of(int fd, uint64_t *size)
{
	struct stat st;
	int error = sys_fstat(fd, &st);

	if (!error && S_ISBLK(st.st_mode))
		return sys_device_size(fd, size);
	*size = error ? 0 : (uint64_t)st.st_size;
	return error;
}

/* Before anything is copied: a machine without memory kills whatever asks for it next. */
static int make_file(const char *what, uint64_t size)
{
	uint64_t has = meminfo_available();
	char options[64];
	int error;

	if (size + ((uint64_t)KEPT_MIB << 20) > has)
		return log_err(
			-ENOMEM,
			"copy %s to memory: it has %lu MiB, and of %lu MiB that are free the "
			"system needs %d",
			what, MIB(size), MIB(has), KEPT_MIB);
	format_text(options, sizeof(options), "mode=0700,size=%llu",
		    (unsigned long long)size + PART);
	sys_mkdir(RAM, 0700);
	error = sys_mount("tmpfs", RAM, "tmpfs", MS_NOSUID | MS_NODEV, options);
	if (error)
		return log_err(error, "mount tmpfs on " RAM);
	error = sys_mknod(FILE_IN_RAM, S_IFREG | 0600, 0, 0);
	if (!error)
		error = sys_open(FILE_IN_RAM, O_RDWR);
	return error < 0 ? log_err(error, "make " FILE_IN_RAM) : error;
}

static int copy(int to, int from, const char *what, uint64_t size)
{
	int64_t said = sys_clock_ms();
	uint64_t done = 0;

	while (done < size) {
		long len =
			sys_sendfile(to, from, size - done < PART ? (size_t)(size - done) : PART);

		if (len == -EINTR)
			continue;
		if (len <= 0)
			return log_err(len < 0 ? (int)len : -EIO,
				       "copy %s to memory: %s after %lu of %lu MiB", what,
				       len < 0 ? "cannot be read" : "ends", MIB(done), MIB(size));
		done += (uint64_t)len;
		if (sys_clock_ms() - said < SAY_AFTER_MS)
			continue;
		said = sys_clock_ms();
		log_say(LOG_INFO, "copied %lu of %lu MiB of %s to memory", MIB(done), MIB(size),
			what);
		wire_tell("status root-find: copied %lu of %lu MiB", MIB(done), MIB(size));
	}
	log_say(LOG_INFO, "%s is in memory: %lu MiB", what, MIB(size));
	return 0;
}

/* Returns the descriptor of the copy. */
static int copy_open(int from, const char *what)
{
	uint64_t size;
	int error = size_of(from, &size), to;

	if (error)
		return log_err(error, "find the size of %s", what);
	to = make_file(what, size);
	if (to < 0)
		return to;
	error = copy(to, from, what, size);
	if (error)
		sys_close(to);
	return error ? error : to;
}

static int open_device(const struct source *source)
{
	int fd;

	if (source->members[0])
		return log_err(-EOPNOTSUPP,
			       "copy %s to memory: its file system is on several devices",
			       source->device);
	fd = sys_open(source->device, O_RDONLY);
	return fd < 0 ? log_err(fd, "open %s to copy it to memory", source->device) : fd;
}

/* What is in memory needs its medium no more. */
static void unmount_carrier(void)
{
	int error = sys_umount(CARRIER, 0);

	if (error)
		log_warn(error, "unmount " CARRIER);
}

static int carry(struct layers *layers, const struct source *source, int *file)
{
	bool is_file = *file != NO_FILE;
	int from = is_file ? *file : open_device(source), to;

	if (from < 0)
		return from;
	to = copy_open(from, is_file ? layers->settings->loop : source->device);
	sys_close(from);
	if (is_file)
		unmount_carrier();
	*file = to;
	return to < 0 ? to : 0;
}

const struct opener ram_opener = { .carry = carry };
