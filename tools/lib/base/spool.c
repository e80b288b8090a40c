// SPDX-License-Identifier: MIT
/* spool.c - bytes that are not in a file of this machine, in one temporary file. */
#include "tools/lib/base/spool.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/temporary_file.h"

static int spool_fd = -1;
static int64_t spool_len;

static int open_spool(void)
{
	if (spool_fd < 0)
		spool_fd = temporary_open();
	if (spool_fd < 0)
		return error_errno(errno, "%s: cannot make a temporary file",
				   shown(temporary_dir()));
	return 0;
}

static int fail(void)
{
	return error_errno(errno,
			   "%s: cannot write a temporary file (name another directory with TMPDIR)",
			   shown(temporary_dir()));
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

	if (open_spool() < 0)
		return -1;
	return temporary_write(spool_fd, data, len, &spool_len) < 0 ? fail() : at;
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
