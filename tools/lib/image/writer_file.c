// SPDX-License-Identifier: MIT
/* writer_file.c - a file of the host as an entry of a newc archive. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/image/writer_parts.h"

/* Up to here a file is read before its header is written, so its size cannot lie. Larger ones are
 * streamed behind the size that fstat(2) gave. */
#define READ_FIRST (64 * 1024) /* bytes */

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
	for (;;) {
		static char chunk[OUTPUT_ROOM];
		char *room = groups_room(writer->groups, sizeof(chunk));
		ssize_t len = read_some(fd, inode, room ? room : chunk, sizeof(chunk));

		if (len < 0)
			return -1;
		if ((uint64_t)len > left || (!len && left))
			return changed(inode);
		if (!len)
			return 0;
		if (room)
			groups_take(writer->groups, (size_t)len);
		else if (groups_write(writer->groups, chunk, (size_t)len) < 0)
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

/* The header with the size of fstat(2), what was read, and the rest. */
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

static int put_open_file(struct writer *writer, const struct entry *entry, int fd,
			 const struct stat *st)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	uint64_t size = (uint64_t)st->st_size;
	int end;

	if (S_ISREG(st->st_mode) && size > NEWC_FILE_MAX)
		return writer_bytes(writer, entry, NULL, (size_t)NEWC_FILE_MAX + 1);
	if (size >= SHARE_FROM && has_all(fd, size))
		return put_large(writer, entry, fd, size);
	end = read_up_to(writer, fd, inode, READ_FIRST);
	if (!end && size >= writer->file.len)
		return put_large(writer, entry, fd, size);
	if (!end) /* larger than stat(2) says: /proc has such files */
		end = read_up_to(writer, fd, inode, NEWC_FILE_MAX);
	return end < 0 ? -1 : writer_bytes(writer, entry, writer->file.data, writer->file.len);
}

/* A file of the size that the walk through its tree saw needs no look at its state and no copy; a
 * small one no second read to find its end. 1 where it has been put, 0 where the long way is left
 * (writer->file has what was read), or -1. */
static int put_as_seen(struct writer *writer, const struct entry *entry, int fd)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	struct newc_fields fields = writer_fields(writer, entry, (uint32_t)inode->size);
	size_t head, size = inode->size, most = OUTPUT_ROOM - HEAD_MAX;
	char *room = NULL;
	ssize_t len;

	if (size && size < SHARE_FROM && writer->align <= 4)
		room = groups_room(writer->groups, size < most ? HEAD_MAX + size + 1 : OUTPUT_ROOM);
	if (!room)
		return 0;
	head = writer_compose(room, &fields, writer_name(entry), 0);
	len = read_some(fd, inode, room + head, size < most ? size + 1 : most);
	if (len != (ssize_t)(size < most ? size : most)) {
		if (len > 0)
			buffer_add(&writer->file, room + head, (size_t)len);
		return len < 0 ? -1 : 0;
	}
	groups_take(writer->groups, head + (size_t)len);
	if (size >= most && put_rest(writer, inode, fd, size - most) < 0)
		return -1;
	return writer_pad(writer, size) < 0 ? -1 : 1;
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

static int open_inode(const struct entry *inode)
{
	return open(inode->host_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

bool writer_fill(const void *what, char *to, size_t size)
{
	char more;
	struct iovec parts[] = { { to, size }, { &more, 1 } };
	int fd = open_inode(what);
	ssize_t len = fd < 0 ? -1 : readv(fd, parts, 2);

	if (fd >= 0)
		close(fd);
	return len == (ssize_t)size;
}

/* A file that is to be as long as the walk saw it, read by whoever has time. 1 where it has been
 * put, 0 where it has not, or -1. */
static int put_later(struct writer *writer, const struct entry *entry)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	size_t size = inode->size, padding = newc_padding(size), most = OUTPUT_ROOM - HEAD_MAX - 4,
	       len;
	struct newc_fields fields;
	char *room;

	if (!size || size > most || writer->align > 4 || !groups_is_side_by_side(writer->groups))
		return 0;
	room = groups_room(writer->groups, HEAD_MAX + size + padding);
	if (!room)
		return -1;
	fields = writer_fields(writer, entry, (uint32_t)size);
	len = writer_compose(room, &fields, writer_name(entry), 0);
	memset(room + len + size, 0, padding);
	groups_take(writer->groups, len);
	groups_later(writer->groups, size, inode);
	groups_take(writer->groups, padding);
	return 1;
}

int writer_host_file(struct writer *writer, const struct entry *entry)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	int result = put_later(writer, entry), fd;

	if (result)
		return result < 0 ? -1 : 0;
	fd = open_inode(inode);
	if (fd < 0)
		return error_errno(errno, "%s: cannot open %s", inode->why,
				   shown(inode->host_path));
	writer->file.len = 0;
	result = put_as_seen(writer, entry, fd);
	if (!result)
		result = put_stated_file(writer, entry, fd);
	close(fd);
	return result < 0 ? -1 : 0;
}
