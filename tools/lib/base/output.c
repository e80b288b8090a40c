// SPDX-License-Identifier: MIT
/* output.c - a file written next to its target and renamed, so that a failure changes nothing. */
#include "tools/lib/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/temporary_file.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/rights.h"

#define BUFFER_BYTES ((size_t)256 << 10) /* larger writes are hardly cheaper */
#define LINKS_MAX 40 /* as in the kernel: more is ELOOP (path_resolution(7)) */

struct output {
	char *path; /* the path to replace, also for messages */
	char *temp; /* of a file next to it, or NULL */
	bool is_new; /* takes the place of `path` in the end; else that is written in place */
	mode_t mode; /* that it gets then */
	int fd;
	bool failed;
	bool shares_nothing; /* its file system cannot */
	unsigned long long total; /* bytes, with those in the buffer */
	size_t len; /* bytes in the buffer */
	char *buffer; /* BUFFER_BYTES */
};

/* The file that a signal has to remove. Its bytes do not change while a handler is set. */
static const char *volatile temp_to_remove;

static void remove_and_die(int number)
{
	const char *temp = temp_to_remove;

	if (temp)
		unlink(temp);
	signal(number, SIG_DFL);
	raise(number);
}

static void watch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct sigaction old,
			new = { .sa_handler = remove_and_die, .sa_flags = SA_RESETHAND };

		/* Signals that nohup(1) ignores stay ignored. */
		if (!sigaction(numbers[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(numbers[i], &new, NULL);
	}
}

static int fail(struct output *output, int err, const char *what)
{
	output->failed = true;
	return error_errno(err, "%s: %s", shown(output->path), what);
}

/* A new file may have shared extents (output_share()), which do not move its offset. */
static ssize_t write_some(struct output *output, const char *bytes, size_t len, uint64_t at)
{
	return output->is_new ? pwrite(output->fd, bytes, len, (off_t)at)
			      : write(output->fd, bytes, len);
}

/* Writes `len` bytes that belong at offset `at`. */
static int write_out(struct output *output, const char *bytes, size_t len, uint64_t at)
{
	while (len && !output->failed) {
		ssize_t done = write_some(output, bytes, len, at);

		if (done < 0 && errno != EINTR)
			return fail(output, errno, "cannot write");
		done = done < 0 ? 0 : done;
		bytes += done;
		len -= (size_t)done;
		at += (uint64_t)done;
	}
	return output->failed ? -1 : 0;
}

static int flush(struct output *output)
{
	size_t len = output->len;

	output->len = 0;
	return write_out(output, output->buffer, len, output->total - len);
}

static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Makes the file and says so to the handler in one go: a signal in between would leave it. */
static int make_temp(char *temp)
{
	sigset_t all, old;
	int fd, err;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	fd = mkostemp(temp, O_CLOEXEC);
	err = errno;
	if (fd >= 0) {
		temp_to_remove = temp;
		watch_signals();
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = err;
	return fd;
}

static int open_named(struct output *output, const char *dir)
{
	int err;

	output->temp = xasprintf("%s/.%.200s.XXXXXX", dir, path_name(output->path));
	output->fd = make_temp(output->temp);
	if (output->fd >= 0)
		return 0;
	err = errno;
	free(output->temp);
	output->temp = NULL;
	errno = err;
	return -1;
}

/* Without a name where that can be had: then nothing stays, whatever ends us. */
static int open_beside(struct output *output, mode_t mode)
{
	char *dir = path_parent(output->path);
	int result = 0;

	output->mode = mode;
	output->is_new = true;
	output->fd = nameless_open(dir);
	if (output->fd < 0 && (errno != EOPNOTSUPP || open_named(output, dir) < 0))
		result = fail(output, errno, "cannot create a file next to it");
	free(dir);
	return result;
}

/* A symlink that leads to nothing yet: the file is made where it leads. 0, or -1 after reporting.
 */
static int follow_dangling(struct output *output)
{
	char target[PATH_MAX], *path;
	ssize_t len;

	for (int links = 0; links < LINKS_MAX; links++) {
		len = readlink(output->path, target, sizeof(target) - 1);
		if (len < 0)
			return errno == EINVAL || errno == ENOENT
				       ? 0
				       : fail(output, errno, "cannot write");
		target[len] = '\0';
		path = path_beside(output->path, target);
		free(output->path);
		output->path = path;
	}
	return fail(output, ELOOP, "cannot write");
}

static int open_stdout(struct output *output)
{
	if (isatty(STDOUT_FILENO))
		return error("standard output is a terminal: an image is binary, use -o FILE");
	output->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return output->fd < 0 ? fail(output, errno, "cannot write") : 0;
}

static int open_path(struct output *output)
{
	struct stat st;
	char *real;

	if (stat(output->path, &st) < 0) {
		if (errno != ENOENT)
			return fail(output, errno, "cannot write");
		return follow_dangling(output) < 0 ? -1 : open_beside(output, default_mode());
	}
	if (!S_ISREG(st.st_mode)) {
		output->fd = open(output->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return output->fd < 0 ? fail(output, errno, "cannot write") : 0;
	}
	real = realpath(output->path, NULL);
	if (!real)
		return fail(output, errno, "cannot write");
	free(output->path);
	output->path = real;
	return open_beside(output, st.st_mode & 07777);
}

struct output *output_open(const char *path)
{
	struct output *output = xcalloc(1, sizeof(*output));
	bool to_stdout = !strcmp(path, "-");

	output->fd = -1;
	output->buffer = xmalloc(BUFFER_BYTES);
	output->path = xstrdup(to_stdout ? "standard output" : path);
	if (!(to_stdout ? open_stdout(output) : open_path(output)))
		return output;
	output_abort(output);
	return NULL;
}

int output_write(struct output *output, const void *data, size_t len)
{
	uint64_t at = output->total;

	output->total += len;
	if (len <= BUFFER_BYTES - output->len) {
		memcpy(output->buffer + output->len, data, len);
		output->len += len;
		return output->failed ? -1 : 0;
	}
	if (write_out(output, output->buffer, output->len, at - output->len) < 0)
		return -1;
	output->len = 0;
	if (len >= BUFFER_BYTES)
		return write_out(output, data, len, at);
	memcpy(output->buffer, data, len);
	output->len = len;
	return 0;
}

#define CACHESTAT 451 /* cachestat(2), since Linux 6.5: headers may be older */

/* XFS writes a file's pages to the disk before it shares them, which takes longer than to copy
 * them. */
static bool is_unwritten(int fd, size_t len)
{
	const struct {
		uint64_t from, len;
	} range = { 0, len };
	struct {
		uint64_t cached, dirty, writeback, evicted, recently_evicted;
	} pages = { 0 };

	return syscall(CACHESTAT, fd, &range, &pages, 0) == 0 && pages.dirty + pages.writeback > 0;
}

int output_share(struct output *output, int fd, size_t len)
{
	struct file_clone_range range = { .src_fd = fd, .src_length = len };

	if (!output->is_new || output->shares_nothing || is_unwritten(fd, len) || flush(output) < 0)
		return -1;
	range.dest_offset = output->total;
	if (ioctl(output->fd, FICLONERANGE, &range) < 0) {
		output->shares_nothing = errno == EOPNOTSUPP || errno == ENOTTY;
		return -1;
	}
	output->total += len;
	return 0;
}

unsigned long long output_total(const struct output *output)
{
	return output->total;
}

static void forget(struct output *output)
{
	temp_to_remove = NULL;
	free(output->buffer);
	free(output->temp);
	free(output->path);
	free(output);
}

void output_abort(struct output *output)
{
	if (!output)
		return;
	if (output->fd >= 0)
		close(output->fd);
	if (output->temp)
		unlink(output->temp);
	forget(output);
}

/* Until here only its owner may read it. */
static int give_name(struct output *output)
{
	if (fchmod(output->fd, rights_left(output->mode)) < 0)
		return fail(output, errno, "cannot set the mode");
	if (output->temp)
		return 0;
	return nameless_link(output->fd, output->path) < 0
		       ? fail(output, errno, "cannot give it its name")
		       : 0;
}

int output_commit(struct output *output)
{
	int result = flush(output);

	if (!result && output->is_new)
		result = give_name(output);
	/* Network file systems tell only here that the disk is full. */
	if (close(output->fd) < 0 && !result)
		result = fail(output, errno, "cannot write");
	output->fd = -1;
	if (!result && output->temp && rename(output->temp, output->path) < 0)
		result = fail(output, errno, "cannot rename to it");
	if (result < 0) {
		output_abort(output);
		return -1;
	}
	forget(output);
	return 0;
}
