// SPDX-License-Identifier: MIT
/* ram.c - rdinit.toram: the root, or its file, is copied to memory, so that its medium can go. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "init/layer/layer.h"
#include "init/loop/apart.h"
#include "init/pure/format.h"
#include "init/wire/wire.h"
#include "init/sys/log.h"
#include "init/sys/meminfo.h"
#include "init/sys/sys.h"

#define FILE_IN_RAM RAM "/root"
#define KEPT_MIB 64 /* for the system itself: a Debian takes as much until its login */
#define PART (1UL << 20) /* bytes that are copied at a time */
#define SAY_AFTER_MS 3000
#define STALLED_S 120 /* a disc reads a bad sector again for half a minute */
#define MIB(bytes) ((unsigned long)((bytes) >> 20))

/* What the child that copies works with, and how far it is. */
struct copy {
	const char *device; /* to be opened; NULL: `from` is open */
	int from, to;
	uint64_t size;
	volatile uint64_t done;
};

static int open_from(const struct copy *copy)
{
	return copy->device ? sys_open(copy->device, O_RDONLY) : copy->from;
}

static void close_from(const struct copy *copy, int from)
{
	if (copy->device)
		sys_close(from);
}

static int size_of(int fd, uint64_t *size)
{
	struct stat st;
	int error = sys_fstat(fd, &st);

	if (!error && S_ISBLK(st.st_mode))
		return sys_device_size(fd, size);
	*size = error ? 0 : (uint64_t)st.st_size;
	return error;
}

static long measure(void *argument)
{
	struct copy *copy = argument;
	int from = open_from(copy), error;

	if (from < 0)
		return from;
	error = size_of(from, &copy->size);
	close_from(copy, from);
	return error;
}

static long copy_all(void *argument)
{
	struct copy *copy = argument;
	long len = 1;
	int from = open_from(copy);

	if (from < 0)
		return from;
	while (copy->done < copy->size && (len > 0 || len == -EINTR)) {
		uint64_t left = copy->size - copy->done;

		len = sys_sendfile(copy->to, from, left < PART ? (size_t)left : PART);
		copy->done += len > 0 ? (uint64_t)len : 0;
	}
	close_from(copy, from);
	return len < 0 ? len : 0;
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

static void log_no_answer(const char *what)
{
	log_print(LOG_WARNING, "copy %s to memory: no answer for %d s", what, APART_LOG_S);
	wire_report("status root-find: copying %s", what);
}

static void log_progress(const struct copy *copy, const char *what)
{
	log_print(LOG_INFO, "copied %lu of %lu MiB of %s to memory", MIB(copy->done),
		  MIB(copy->size), what);
	wire_report("status root-find: copied %lu of %lu MiB", MIB(copy->done), MIB(copy->size));
}

/* While the medium answers, it may take as long as it wants. */
static long wait_for(struct apart *apart, const char *what)
{
	const struct copy *copy = (const void *)apart->argument;
	int64_t answered = sys_clock_ms();
	uint64_t done = 0;
	bool is_logged = false;

	while (!apart_wait(apart, sys_clock_ms() + SAY_AFTER_MS)) {
		int64_t now = sys_clock_ms();

		if (copy->done != done) {
			done = copy->done;
			answered = now;
			is_logged = false;
			log_progress(copy, what);
		} else if (now - answered >= STALLED_S * 1000) {
			break;
		} else if (now - answered >= APART_LOG_S * 1000 && !is_logged) {
			is_logged = true;
			log_no_answer(what);
		}
	}
	return apart_end(apart);
}

static int copy_to_memory(struct loop *loop, struct copy *copy, const char *what)
{
	struct apart *apart = apart_start(loop, copy_all, copy, sizeof(*copy));
	long error = wait_for(apart, what);

	copy->done = ((const struct copy *)(const void *)apart->argument)->done;
	if (error || copy->done < copy->size)
		return log_err(error ? (int)error : -EIO,
			       "copy %s to memory: %s after %lu of %lu MiB", what,
			       error ? "cannot be read" : "ends", MIB(copy->done), MIB(copy->size));
	log_print(LOG_INFO, "%s is in memory: %lu MiB", what, MIB(copy->size));
	return 0;
}

/* Returns the descriptor of the copy. */
static int copy_open(struct loop *loop, struct copy *copy, const char *what)
{
	struct apart *apart = apart_start(loop, measure, copy, sizeof(*copy));
	int error = (int)wait_for(apart, what);

	if (error)
		return log_err(error, "open %s to copy it to memory", what);
	copy->size = ((const struct copy *)(const void *)apart->argument)->size;
	copy->to = make_file(what, copy->size);
	if (copy->to < 0)
		return copy->to;
	error = copy_to_memory(loop, copy, what);
	if (error)
		sys_close(copy->to);
	return error ? error : copy->to;
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
	struct copy copy = { .device = is_file ? NULL : source->device, .from = *file };

	if (!is_file && source->members[0])
		return log_err(-EOPNOTSUPP,
			       "copy %s to memory: its file system is on several devices",
			       source->device);
	*file = copy_open(layers->devices->loop, &copy,
			  is_file ? layers->settings->loop : source->device);
	if (is_file) {
		sys_close(copy.from);
		unmount_carrier();
	}
	return *file < 0 ? *file : 0;
}

const struct opener ram_opener = { .carry = carry };
