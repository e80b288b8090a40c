// SPDX-License-Identifier: MIT
/* newc_writer.c - the entries of an image as a newc archive. */
#include "tools/lib/cpio/newc_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/base/spool.h"
#include "tools/lib/cpio/newc.h"

/* From here on a file of an archive that is not compressed begins at a multiple of a block,
 * wherever it is written, so that its bytes are the same everywhere; and where the file system can,
 * it shares its blocks with the file that it was made from. Aligning small ones would cost more
 * than it saves. */
#define SHARE_FROM (1024 * 1024) /* bytes */

#define ALIGN_MAX 16
#define HEAD_MAX (NEWC_HEADER + PATH_MAX + 4 + ALIGN_MAX) /* bytes */

struct writer {
	struct frames *frames;
	int64_t newest;
	size_t align; /* bytes: where files' bytes begin, 4 or a multiple of it */
	uint64_t at; /* bytes before the next entry, kept while align counts */
	uint32_t next_ino;
	struct buffer file; /* the bytes read so far of the file at hand */
	struct entry **all; /* in the order of the archive */
	size_t count, next; /* how many; the one after the entry at hand */
	size_t ahead; /* the first that the kernel was not asked to read */
	bool never_waits; /* where files are: a tmpfs cannot say whether it would */
};

static int writer_pad(struct writer *writer, uint64_t len)
{
	return frames_write(writer->frames, "\0\0\0", newc_padding(len));
}

static uint32_t clamp_time(const struct writer *writer, int64_t mtime)
{
	int64_t most = writer->newest < UINT32_MAX ? writer->newest : UINT32_MAX;

	if (mtime > most)
		mtime = most;
	return mtime < 0 ? 0 : (uint32_t)mtime;
}

/* The header of an entry, its name with `more` NULs, and padding, at `head` (HEAD_MAX bytes). Their
 * length. */
static size_t writer_compose(char *head, const struct newc_fields *fields, const char *name,
			     size_t more)
{
	struct newc_fields full = *fields;
	size_t len = strlen(name) + 1;

	full.namesize = (uint32_t)(len + more);
	newc_header((uint8_t *)head, &full);
	memcpy(head + NEWC_HEADER, name, len);
	memset(head + NEWC_HEADER + len, 0, more);
	len += NEWC_HEADER + more;
	memset(head + len, 0, newc_padding(len));
	return len + newc_padding(len);
}

/* NULs after a name that move its file's bytes to their alignment: names may have them, up to
 * PATH_MAX in all. */
static size_t name_padding(const struct writer *writer, const struct newc_fields *fields,
			   const char *name)
{
	size_t len = strlen(name) + 1, align = writer->align, padding;
	uint64_t at = writer->at;

	if (align <= 4 && fields->size >= SHARE_FROM && frames_are_plain(writer->frames)) {
		at = frames_at(writer->frames);
		align = OUTPUT_SHARE;
	}
	padding = align > 4 && fields->size ? (size_t)(-(at + NEWC_HEADER + len) & (align - 1)) : 0;
	return len + padding <= PATH_MAX ? padding : 0;
}

static int put_head(struct writer *writer, const struct newc_fields *fields, const char *name)
{
	char head[HEAD_MAX];
	size_t len = writer_compose(head, fields, name, name_padding(writer, fields, name));

	writer->at += len + fields->size + newc_padding(fields->size);

	if (frames_entry(writer->frames, name) < 0)
		return -1;
	return frames_write(writer->frames, head, len);
}

/* The entry's name in the archive, and what its header says when it has `size` bytes. */
static const char *writer_name(const struct entry *entry)
{
	return entry->path[1] ? entry->path + 1 : ".";
}

static struct newc_fields writer_fields(const struct writer *writer, const struct entry *entry,
					uint32_t size)
{
	const struct entry *inode = image_inode((struct entry *)entry);

	return (struct newc_fields){
		.ino = inode->ino,
		.mode = inode->mode,
		.uid = inode->uid,
		.gid = inode->gid,
		.nlink = inode->nlink,
		.mtime = clamp_time(writer, inode->mtime),
		.size = size,
		.rdev_major = inode->rdev_major,
		.rdev_minor = inode->rdev_minor,
	};
}

/* Write the head of an entry of `size` bytes; an entry with its bytes; the NULs after `len` bytes;
 * and an entry with the bytes of this machine's file. Return 0, or -1 after reporting. */
static int writer_entry(struct writer *writer, const struct entry *entry, uint32_t size)
{
	struct newc_fields fields = writer_fields(writer, entry, size);

	return put_head(writer, &fields, writer_name(entry));
}

static int writer_bytes(struct writer *writer, const struct entry *entry, const void *data,
			size_t len)
{
	if (len > NEWC_FILE_MAX)
		return error("%s: %s: a file of 4 GiB or more does not fit a newc archive",
			     entry->why, shown(entry->path));
	if (writer_entry(writer, entry, (uint32_t)len) < 0 ||
	    frames_write(writer->frames, data, len) < 0)
		return -1;
	return writer_pad(writer, len);
}

static int put_spooled(struct writer *writer, const struct entry *entry)
{
	static char chunk[256 * 1024];
	const struct entry *inode = image_inode((struct entry *)entry);
	struct blob blob = spool_blob(inode->spooled - 1, inode->size, entry->path);
	uint64_t done = 0;

	if (writer_entry(writer, entry, (uint32_t)inode->size) < 0)
		return -1;
	while (done < blob.size) {
		size_t len = blob.size - done < sizeof(chunk) ? (size_t)(blob.size - done)
							      : sizeof(chunk);

		if (blob_read(&blob, done, chunk, len) < 0 ||
		    frames_write(writer->frames, chunk, len) < 0)
			return -1;
		done += len;
	}
	return writer_pad(writer, blob.size);
}

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
		if (frames_write(writer->frames, chunk, (size_t)len) < 0)
			return -1;
		left -= (uint64_t)len;
	}
}

/* Whole blocks of a file that the output has in common with it; the rest is to be read. 0: none. */
static uint64_t share(struct writer *writer, int fd, uint64_t size)
{
	uint64_t len = size & ~(uint64_t)(OUTPUT_SHARE - 1);

	if (size < SHARE_FROM || frames_at(writer->frames) % OUTPUT_SHARE ||
	    frames_share(writer->frames, fd, len) < 0)
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
		if (frames_write(writer->frames, writer->file.data, writer->file.len) < 0)
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

static int writer_host_file(struct writer *writer, const struct entry *entry)
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

static int put_one(struct writer *writer, struct entry *entry)
{
	struct entry *inode = image_inode(entry);

	if (!inode->ino && inode->nlink > 1)
		inode->ino = writer->next_ino++;
	inode->left--;
	switch (inode->mode & S_IFMT) {
	case S_IFLNK:
		return writer_bytes(writer, entry, entry->target, strlen(entry->target));
	case S_IFREG:
		if (inode->left)
			return writer_entry(writer, entry, 0);
		if (inode->host_path)
			return writer_host_file(writer, entry);
		if (inode->spooled)
			return put_spooled(writer, entry);
		return writer_bytes(writer, entry, inode->data, inode->size);
	default:
		return writer_entry(writer, entry, 0);
	}
}

static void count_links(struct entry **all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct entry *inode = image_inode(all[i]);

		inode->ino = inode->nlink = inode->left = 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct entry *inode = image_inode(all[i]);

		inode->nlink++;
		inode->left++;
	}
}

int image_write(const struct image *image, int64_t newest, size_t align, struct frames *frames)
{
	const struct newc_fields trailer = { .nlink = 1 };
	struct writer writer = {
		.frames = frames, .newest = newest, .align = align, .next_ino = 1
	};
	int result = 0;

	writer.all = image_sorted(image, &writer.count);
	count_links(writer.all, writer.count);
	while (writer.next < writer.count && !result)
		result = put_one(&writer, writer.all[writer.next++]);
	if (!result)
		result = put_head(&writer, &trailer, NEWC_TRAILER);
	buffer_free(&writer.file);
	free(writer.all);
	return result;
}
