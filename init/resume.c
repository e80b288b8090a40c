// SPDX-License-Identifier: MIT
/*
 * resume.c - a machine that was hibernated becomes what it was.
 *
 * Before anything is mounted, and never after: the kernel that comes back believes that its file
 * systems are as it left them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define RESUME "/sys/power/resume"
#define OFFSET "/sys/power/resume_offset"

static int write_text(const char *path, const char *text)
{
	int fd = sys_open(path, O_WRONLY);
	long done;

	if (fd < 0)
		return fd;
	done = sys_write(fd, text, strlen(text));
	sys_close(fd);
	return done < 0 ? (int)done : 0;
}

/* The kernel reads both words itself, but with the image's own words it did not see them. What is
 * written to `resume` after the number is read and ignored: the offset has a file of its own. */
static int start(const struct source *source, const char *offset, const struct stat *st)
{
	char number[32];
	int error = offset ? write_text(OFFSET, offset) : 0;

	if (error)
		return log_warn(error, "write resume_offset=%s to " OFFSET, offset);
	format_text(number, sizeof(number), "%u:%u", major(st->st_rdev), minor(st->st_rdev));
	error = write_text(RESUME, number);
	if (error)
		return log_warn(error, "write %s (%s) to " RESUME, number, source->device);
	/* A file of swap is mostly empty. */
	log_print(offset ? LOG_INFO : LOG_WARNING,
		  "the kernel did not resume from %s: starting afresh", source->device);
	return 0;
}

/* The header of swap space has it; a file of swap, at the offset, is not read. */
static int may_hold_image(const struct source *source, const char *offset)
{
	if (offset || (source->found == FOUND_ONE && source->format == FORMAT_HIBERNATION))
		return 1;
	if (source->found != FOUND_ONE || source->format != FORMAT_SWAP)
		log_print(LOG_WARNING,
			  "resume=%s: %s is no swap space (a file of swap needs resume_offset=)",
			  source->name, source->device);
	return 0;
}

/* A swap that does not appear must not keep the root from being found, even with rootwait. */
static int64_t deadline(const struct settings *settings)
{
	int seconds = settings->timeout_s == WAIT_FOREVER ? ROOT_TIMEOUT_S : settings->timeout_s;

	return sys_clock_ms() + (int64_t)seconds * 1000;
}

int resume(struct boot *boot)
{
	const struct settings *settings = &boot->settings;
	struct source swap = { .parameter = "resume",
			       .name = settings->resume,
			       .expected = EXPECT_SWAP };
	struct stat st;
	int error;

	if (settings->noresume || !settings->resume || !settings->resume[0])
		return 0;
	if (sys_access(RESUME, F_OK))
		return log_warn(-ENOENT, "open " RESUME);
	error = root_resolve(&boot->root, &swap, sys_clock_ms(), deadline(settings));
	if (error || !may_hold_image(&swap, settings->resume_offset))
		return error;
	error = sys_stat(swap.device, &st);
	if (error)
		return log_warn(error, "stat %s", swap.device);
	return start(&swap, settings->resume_offset, &st);
}
