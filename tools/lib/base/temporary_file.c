// SPDX-License-Identifier: MIT
/* temporary_file.c - bytes that are not in a file of this machine, in a temporary file without a
 * name. */
#include "tools/lib/base/temporary_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"

#define TRIES 100 /* names, each with 64 random bits */

static char *proc_path(int fd)
{
	return xasprintf("/proc/self/fd/%d", fd);
}

int nameless_open(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *path;

	if (fd < 0) {
		/* As kernels and file systems say that they do not know it. */
		if (errno == EISDIR || errno == EINVAL)
			errno = EOPNOTSUPP;
		return -1;
	}
	path = proc_path(fd);
	if (access(path, F_OK) < 0) {
		close(fd);
		fd = -1;
		errno = EOPNOTSUPP;
	}
	free(path);
	return fd;
}

static int link_beside(const char *from, const char *path)
{
	char *dir = path_parent(path), *temp = NULL;
	int result = -1;

	errno = EEXIST;
	for (int i = 0; i < TRIES && result < 0 && errno == EEXIST; i++) {
		unsigned long long number = 0;

		if (getrandom(&number, sizeof(number), 0) < 0)
			break;
		free(temp);
		temp = xasprintf("%s/.%.200s.%016llx", dir, path_name(path), number);
		result = linkat(AT_FDCWD, from, AT_FDCWD, temp, AT_SYMLINK_FOLLOW);
	}
	if (!result && rename(temp, path) < 0) {
		int err = errno;

		unlink(temp);
		errno = err;
		result = -1;
	}
	free(temp);
	free(dir);
	return result;
}

int nameless_link(int fd, const char *path)
{
	char *from = proc_path(fd);
	sigset_t all, old;
	int result, err;

	/* Between the temporary name and the right one no signal may end the program. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	result = linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
	if (result < 0 && errno == EEXIST)
		result = link_beside(from, path);
	err = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	free(from);
	errno = err;
	return result;
}

static int spool_fd = -1;
static int64_t spool_len;

static const char *spool_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

/* Not every file system has files without a name (overlay of older kernels, 9p). */
static int open_in(const char *dir)
{
	int fd = nameless_open(dir);
	char *name;

	if (fd >= 0 || errno != EOPNOTSUPP)
		return fd;
	name = xasprintf("%s/rdinit.XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	free(name);
	return fd;
}

static int open_spool(void)
{
	if (spool_fd < 0)
		spool_fd = open_in(spool_dir());
	if (spool_fd < 0)
		return error_errno(errno, "%s: cannot make a temporary file", shown(spool_dir()));
	return 0;
}

static int fail(void)
{
	return error_errno(errno,
			   "%s: cannot write a temporary file (name another directory with TMPDIR)",
			   shown(spool_dir()));
}

int spool_hole(uint64_t len)
{
	if (!len)
		return 0;
	if (open_spool() < 0)
		return -1;
	if (len > (uint64_t)(INT64_MAX - spool_len) ||
	    ftruncate(spool_fd, spool_len + (int64_t)len) < 0)
		return fail();
	spool_len += (int64_t)len;
	return 0;
}

/* 0, or -1 with errno. */
static int write_all(const char *from, size_t len)
{
	while (len) {
		ssize_t done = pwrite(spool_fd, from, len, spool_len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		from += done;
		len -= (size_t)done;
		spool_len += done;
	}
	return 0;
}

int64_t spool_add(const void *data, size_t len)
{
	int64_t at = spool_len;

	if (open_spool() < 0)
		return -1;
	return write_all(data, len) < 0 ? fail() : at;
}

struct blob spool_blob(int64_t at, uint64_t size, const char *name)
{
	return (struct blob){ .fd = spool_fd, .at = (uint64_t)at, .size = size, .name = name };
}

/* A hole of gigabytes would otherwise fill as much of the page cache. */
#define HOLE_FROM ((size_t)64 << 10) /* bytes: fewer are not worth a call */

static bool is_hole(const struct blob *blob, uint64_t at, size_t len)
{
	off_t from = (off_t)(blob->at + at), data = lseek(blob->fd, from, SEEK_DATA);
	struct stat st;

	if (data >= 0)
		return data - from >= (off_t)len;
	return errno == ENXIO && !fstat(blob->fd, &st) && st.st_size - from >= (off_t)len;
}

int blob_read(const struct blob *blob, uint64_t at, void *buffer, size_t len)
{
	char *to = buffer;

	if (len >= HOLE_FROM && is_hole(blob, at, len)) {
		memset(buffer, 0, len);
		return 0;
	}
	while (len) {
		ssize_t done = pread(blob->fd, to, len, (off_t)(blob->at + at));

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_errno(errno, "%s: cannot read", shown(blob->name));
		if (!done)
			return error("%s: became shorter while it was read", shown(blob->name));
		to += done;
		at += (uint64_t)done;
		len -= (size_t)done;
	}
	return 0;
}

#define HELD_MAX ((size_t)1 << 20) /* bytes that all collections together have in memory */

static size_t held;
static bool is_full; /* no temporary file could be written */

/* The spool ends here again. */
static void give_back(int64_t end)
{
	spool_len = end;
	if (ftruncate(spool_fd, end) < 0)
		errno = 0; /* then it only keeps its room */
}

/* What was in memory goes to the spool, at a place that can be mapped. 0, or -1. */
static int move_out(struct collected *collected)
{
	int64_t page = sysconf(_SC_PAGESIZE), at = (spool_len + page - 1) / page * page;

	if (spool_fd < 0)
		spool_fd = open_in(spool_dir());
	if (spool_fd < 0 || ftruncate(spool_fd, at) < 0)
		return -1;
	spool_len = at;
	if (write_all(collected->memory.data, collected->memory.len) < 0) {
		give_back(at);
		return -1;
	}
	held -= collected->memory.len;
	buffer_free(&collected->memory);
	collected->at = at + 1;
	return 0;
}

/* The way back, where the file system is full: it goes on in memory. */
static void move_in(struct collected *collected)
{
	struct blob blob = spool_blob(collected->at - 1, collected->len, "a temporary file");
	char *data = xmalloc(collected->len + 1);

	if (blob_read(&blob, 0, data, collected->len) < 0)
		exit(2);
	buffer_add(&collected->memory, data, collected->len);
	free(data);
	held += collected->len;
	give_back(collected->at - 1);
	collected->at = 0;
	is_full = true;
}

int collect(void *argument, const void *data, size_t len)
{
	struct collected *collected = argument;

	if (!collected->at && !is_full && held + len > HELD_MAX && move_out(collected) < 0)
		is_full = true;
	if (collected->at && write_all(data, len) < 0)
		move_in(collected);
	if (!collected->at) {
		buffer_add(&collected->memory, data, len);
		held += len;
	}
	collected->len += len;
	return 0;
}

void collect_end(struct collected *collected)
{
	void *map = MAP_FAILED;

	if (collected->at && collected->len)
		map = mmap(NULL, collected->len, PROT_READ, MAP_SHARED, spool_fd,
			   collected->at - 1);
	if (collected->at && map == MAP_FAILED)
		move_in(collected);
	if (collected->at)
		collected->bytes = (struct span){ map, collected->len };
	else
		collected->bytes = buffer_span(&collected->memory);
}

void collect_forget(const struct collected *collected)
{
	if (collected->at && collected->bytes.data)
		madvise((void *)(uintptr_t)collected->bytes.data, collected->len, MADV_DONTNEED);
}

void collect_free(struct collected *collected)
{
	if (collected->at && collected->bytes.data)
		munmap((void *)(uintptr_t)collected->bytes.data, collected->len);
	if (collected->at && collected->at - 1 + (int64_t)collected->len == spool_len)
		give_back(collected->at - 1);
	held -= collected->memory.len;
	buffer_free(&collected->memory);
	*collected = (struct collected){ .len = 0 };
}
