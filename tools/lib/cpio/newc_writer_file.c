// SPDX-License-Identifier: MIT
/* newc_writer_file.c - a file of the host as an entry of a newc archive. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/cpio/newc_writer_parts.h"

/* Up to this size a file is read before its header is written, so that its size is right. Larger
 * ones are streamed after the size that fstat(2) gave. */
#define READ_FIRST (64 * 1024) /* bytes */

#define AHEAD 32 /* files that a disk reads side by side */

/* -1 after reporting. */
static ssize_t read_some(int fd, const struct entry *inode, char *chunk, size_t size)
{
	ssize_t len;

	do {
		len = read(fd, chunk, size);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		error_errno(errno, "%s: cannot read %s", inode->why, shown(inode->host_path));
	return len;
}

/* Reads on while the file has more than `len` bytes, at most. 1 at its end, 0 before, or -1. */
static int read_up_to(struct writer *writer, int fd, const struct entry *inode, uint64_t len)
{
	static char chunk[256 * 1024];

	while (writer->file.len <= len) {
		ssize_t more = read_some(fd, inode, chunk, sizeof(chunk));

		if (more <= 0)
			return more < 0 ? -1 : 1;
		buffer_add(&writer->file, chunk, (size_t)more);
	}
	return 0;
}

static int changed(const struct entry *inode)
{
	return error("%s: %s changed its size while it was read", inode->why,
		     shown(inode->host_path));
}

/* The `left` bytes of a file that are still to come, after which it must end. */
static int put_rest(struct writer *writer, const struct entry *inode, int fd, uint64_t left)
{
	static char chunk[256 * 1024];

	for (;;) {
		ssize_t len = read_some(fd, inode, chunk, sizeof(chunk));

		if (len < 0)
			return -1;
		if ((uint64_t)len > left || (!len && left))
			return changed(inode);
		if (!len)
			return 0;
		if (groups_write(writer->groups, chunk, (size_t)len) < 0)
			return -1;
		left -= (uint64_t)len;
	}
}

/* Whole blocks of a file that the output has in common with it; the rest is to be read. 0: none. */
static uint64_t share(struct writer *writer, int fd, uint64_t size)
{
	uint64_t len = size & ~(uint64_t)(OUTPUT_SHARE - 1);

	if (size < SHARE_FROM || groups_at(writer->groups) % OUTPUT_SHARE ||
	    groups_share(writer->groups, fd, len) < 0)
		return 0;
	return lseek(fd, (off_t)len, SEEK_SET) < 0 ? 0 : len;
}

/* The header with the size of fstat(2), the bytes that were read, and the rest. */
static int put_large(struct writer *writer, const struct entry *entry, int fd, uint64_t size)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	uint64_t done;

	if (writer_entry(writer, entry, (uint32_t)size) < 0)
		return -1;
	done = share(writer, fd, size);
	if (!done) {
		done = writer->file.len;
		if (groups_write(writer->groups, writer->file.data, writer->file.len) < 0)
			return -1;
	}
	return put_rest(writer, inode, fd, size - done) < 0 ? -1 : writer_pad(writer, size);
}

/* Whether a large file is as long as it says: files of /sys are not. */
static bool has_all(int fd, uint64_t size)
{
	char last;

	return pread(fd, &last, 1, (off_t)(size - 1)) == 1;
}

static int open_inode(const struct entry *inode)
{
	return open(inode->host_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Asks the kernel to read the files that come next. */
static void read_ahead(struct writer *writer)
{
	size_t i = writer->ahead > writer->next ? writer->ahead : writer->next;

	for (; i < writer->count && i < writer->next + AHEAD; i++) {
		const struct entry *inode = image_inode(writer->all[i]);
		int fd = S_ISREG(inode->mode) && inode->host_path ? open_inode(inode) : -1;

		if (fd < 0)
			continue;
		posix_fadvise(fd, 0, SHARE_FROM, POSIX_FADV_WILLNEED);
		close(fd);
	}
	writer->ahead = i;
}

/* The first bytes of a file. Where they are not in memory, other files will not be either. */
static ssize_t read_first(struct writer *writer, const struct entry *inode, int fd, char *chunk,
			  size_t size)
{
	const struct iovec part = { chunk, size };
	ssize_t len = writer->never_waits ? 0 : preadv2(fd, &part, 1, -1, RWF_NOWAIT);

	if (len > 0)
		return len;
	if (len < 0 && errno == EAGAIN)
		read_ahead(writer);
	writer->never_waits |= len < 0 && errno == EOPNOTSUPP;
	return read_some(fd, inode, chunk, size);
}

/* A file that is not longer than its stat(2) size is complete after one read; others are read to
 * their end, since files of /proc have the size 0 and files of /sys 4096. */
static int put_small(struct writer *writer, const struct entry *entry, int fd, uint64_t size)
{
	static char chunk[READ_FIRST + 1];
	const struct entry *inode = image_inode((struct entry *)entry);
	ssize_t len = read_first(writer, inode, fd, chunk, sizeof(chunk));
	int end;

	if (len < 0)
		return -1;
	if ((uint64_t)len == size && size <= READ_FIRST)
		return writer_bytes(writer, entry, chunk, (size_t)len);
	buffer_add(&writer->file, chunk, (size_t)len);
	end = read_up_to(writer, fd, inode, READ_FIRST);
	if (!end && size >= writer->file.len)
		return put_large(writer, entry, fd, size);
	if (!end)
		end = read_up_to(writer, fd, inode, NEWC_FILE_MAX);
	return end < 0 ? -1 : writer_bytes(writer, entry, writer->file.data, writer->file.len);
}

static int put_open_file(struct writer *writer, const struct entry *entry, int fd,
			 const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size;

	if (S_ISREG(st->st_mode) && size > NEWC_FILE_MAX)
		return writer_bytes(writer, entry, NULL, (size_t)NEWC_FILE_MAX + 1);
	if (size >= SHARE_FROM && has_all(fd, size))
		return put_large(writer, entry, fd, size);
	return put_small(writer, entry, fd, size);
}

static int put_stated_file(struct writer *writer, const struct entry *entry, int fd)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_errno(errno, "%s: cannot stat %s", inode->why,
				   shown(inode->host_path));
	if (!S_ISREG(st.st_mode) && st.st_rdev != makedev(1, 3)) /* /dev/null is an empty file */
		return error("%s: %s is not a regular file", inode->why, shown(inode->host_path));
	rights_note(&st);
	return put_open_file(writer, entry, fd, &st);
}

int writer_host_file(struct writer *writer, const struct entry *entry)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	int fd = open_inode(inode), result;

	if (fd < 0)
		return error_errno(errno, "%s: cannot open %s", inode->why,
				   shown(inode->host_path));
	writer->file.len = 0;
	result = put_stated_file(writer, entry, fd);
	close(fd);
	return result;
}
