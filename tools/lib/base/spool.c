// SPDX-License-Identifier: MIT
/* spool.c - bytes that are not in a file of this machine, in a temporary file without a name. */
#include "tools/lib/base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/nameless.h"

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

int64_t spool_add(const void *data, size_t len)
{
	int64_t at = spool_len;
	const char *from = data;

	if (open_spool() < 0)
		return -1;
	while (len) {
		ssize_t done = pwrite(spool_fd, from, len, spool_len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return fail();
		from += done;
		len -= (size_t)done;
		spool_len += done;
	}
	return at;
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
