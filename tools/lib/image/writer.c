/* writer.c - the entries of an image as a newc archive. */
#include "tools/lib/image/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/lib/archive/newc.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/spool.h"

/* Up to here a file is read before its header is written, so its size cannot lie. Larger ones are
 * streamed behind the size that fstat(2) gave. */
#define READ_FIRST (64 * 1024) /* bytes */

struct writer {
	struct groups *groups;
	int64_t newest;
	size_t align;		/* bytes: where files' bytes begin, 4 or a multiple of it */
	uint64_t at;		/* bytes before the next entry, kept while align counts */
	uint32_t next_ino;
	struct buffer file;	/* the bytes read so far of the file at hand */
};

static int put_padding(struct writer *writer, uint64_t len)
{
	return groups_write(writer->groups, "\0\0\0", newc_padding(len));
}

static uint32_t clamp_time(const struct writer *writer, int64_t mtime)
{
	int64_t most = writer->newest < UINT32_MAX ? writer->newest : UINT32_MAX;

	if (mtime > most)
		mtime = most;
	return mtime < 0 ? 0 : (uint32_t)mtime;
}

/* From here on a file of an archive that is not compressed begins at a multiple of a block, wherever it is written, so
 * that its bytes are the same everywhere; and where the file system can, it shares its blocks with the file that it
 * was made from. Aligning small ones would cost more than it saves. */
#define SHARE_FROM (1024 * 1024) /* bytes */

#define ALIGN_MAX 16
#define HEAD_MAX (NEWC_HEADER + PATH_MAX + 4 + ALIGN_MAX) /* bytes */

/* Header, name with `more` NULs, and padding, at `head`. Their length. */
static size_t compose_head(char *head, const struct newc_fields *fields, const char *name, size_t more)
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

/* NULs behind a name that move its file's bytes to where they are to begin: names may have them, up to PATH_MAX
 * with all. */
static size_t name_padding(const struct writer *writer, const struct newc_fields *fields, const char *name)
{
	size_t len = strlen(name) + 1, align = writer->align, padding;
	uint64_t at = writer->at;

	if (align <= 4 && fields->size >= SHARE_FROM && groups_is_plain(writer->groups)) {
		at = groups_at(writer->groups);
		align = OUTPUT_SHARE;
	}
	padding = align > 4 && fields->size ? (size_t)(-(at + NEWC_HEADER + len) & (align - 1)) : 0;
	return len + padding <= PATH_MAX ? padding : 0;
}

static int put_head(struct writer *writer, const struct newc_fields *fields, const char *name)
{
	char head[HEAD_MAX];
	size_t len = compose_head(head, fields, name, name_padding(writer, fields, name));

	writer->at += len + fields->size + newc_padding(fields->size);

	if (groups_entry(writer->groups, name) < 0)
		return -1;
	return groups_write(writer->groups, head, len);
}

static const char *name_of(const struct entry *entry)
{
	return entry->path[1] ? entry->path + 1 : ".";
}

static struct newc_fields fields_of(const struct writer *writer, const struct entry *entry,
				    uint32_t size)
{
	const struct entry *inode = image_inode((struct entry *)entry);

	return (struct newc_fields){
		.ino = inode->ino, .mode = inode->mode, .uid = inode->uid, .gid = inode->gid,
		.nlink = inode->nlink, .mtime = clamp_time(writer, inode->mtime), .size = size,
		.rdev_major = inode->rdev_major, .rdev_minor = inode->rdev_minor,
	};
}

static int put_entry(struct writer *writer, const struct entry *entry, uint32_t size)
{
	struct newc_fields fields = fields_of(writer, entry, size);

	return put_head(writer, &fields, name_of(entry));
}

static int put_bytes(struct writer *writer, const struct entry *entry, const void *data, size_t len)
{
	if (len > NEWC_FILE_MAX)
		return error("%s: %s: a file of 4 GiB or more does not fit a newc archive",
			     entry->why, shown(entry->path));
	if (put_entry(writer, entry, (uint32_t)len) < 0 ||
	    groups_write(writer->groups, data, len) < 0)
		return -1;
	return put_padding(writer, len);
}

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

	if (size < SHARE_FROM || groups_at(writer->groups) % OUTPUT_SHARE || groups_share(writer->groups, fd, len) < 0)
		return 0;
	return lseek(fd, (off_t)len, SEEK_SET) < 0 ? 0 : len;
}

/* The header with the size of fstat(2), what was read, and the rest. */
static int put_large(struct writer *writer, const struct entry *entry, int fd, uint64_t size)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	uint64_t done;

	if (put_entry(writer, entry, (uint32_t)size) < 0)
		return -1;
	done = share(writer, fd, size);
	if (!done) {
		done = writer->file.len;
		if (groups_write(writer->groups, writer->file.data, writer->file.len) < 0)
			return -1;
	}
	return put_rest(writer, inode, fd, size - done) < 0 ? -1 : put_padding(writer, size);
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
		return put_bytes(writer, entry, NULL, (size_t)NEWC_FILE_MAX + 1);
	if (size >= SHARE_FROM && has_all(fd, size))
		return put_large(writer, entry, fd, size);
	end = read_up_to(writer, fd, inode, READ_FIRST);
	if (!end && size >= writer->file.len)
		return put_large(writer, entry, fd, size);
	if (!end) /* larger than stat(2) says: /proc has such files */
		end = read_up_to(writer, fd, inode, NEWC_FILE_MAX);
	return end < 0 ? -1 : put_bytes(writer, entry, writer->file.data, writer->file.len);
}

/* A file of the size that the walk through its tree saw needs no look at its state and no copy; a small one
 * no second read to find its end. 1 where it has been put, 0 where the long way is left (writer->file has what
 * was read), or -1. */
static int put_as_seen(struct writer *writer, const struct entry *entry, int fd)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	struct newc_fields fields = fields_of(writer, entry, (uint32_t)inode->size);
	size_t head, size = inode->size, most = OUTPUT_ROOM - HEAD_MAX;
	char *room = NULL;
	ssize_t len;

	if (size && size < SHARE_FROM && writer->align <= 4)
		room = groups_room(writer->groups, size < most ? HEAD_MAX + size + 1 : OUTPUT_ROOM);
	if (!room)
		return 0;
	head = compose_head(room, &fields, name_of(entry), 0);
	len = read_some(fd, inode, room + head, size < most ? size + 1 : most);
	if (len != (ssize_t)(size < most ? size : most)) {
		if (len > 0)
			buffer_add(&writer->file, room + head, (size_t)len);
		return len < 0 ? -1 : 0;
	}
	groups_take(writer->groups, head + (size_t)len);
	if (size >= most && put_rest(writer, inode, fd, size - most) < 0)
		return -1;
	return put_padding(writer, size) < 0 ? -1 : 1;
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
	return put_open_file(writer, entry, fd, &st);
}

static int put_host_file(struct writer *writer, const struct entry *entry)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	int fd = open(inode->host_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), result;

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

static int put_spooled(struct writer *writer, const struct entry *entry)
{
	static char chunk[OUTPUT_ROOM];
	const struct entry *inode = image_inode((struct entry *)entry);
	struct blob blob = spool_blob(inode->spooled - 1, inode->size, entry->path);
	uint64_t done = 0;

	if (put_entry(writer, entry, (uint32_t)inode->size) < 0)
		return -1;
	while (done < blob.size) {
		size_t len = blob.size - done < sizeof(chunk) ? (size_t)(blob.size - done) : sizeof(chunk);

		if (blob_read(&blob, done, chunk, len) < 0 ||
		    groups_write(writer->groups, chunk, len) < 0)
			return -1;
		done += len;
	}
	return put_padding(writer, blob.size);
}

static int put_one(struct writer *writer, struct entry *entry)
{
	struct entry *inode = image_inode(entry);

	if (!inode->ino && inode->nlink > 1)
		inode->ino = writer->next_ino++;
	inode->left--;
	switch (inode->mode & S_IFMT) {
	case S_IFLNK:
		return put_bytes(writer, entry, entry->target, strlen(entry->target));
	case S_IFREG:
		if (inode->left)
			return put_entry(writer, entry, 0);
		if (inode->host_path)
			return put_host_file(writer, entry);
		if (inode->spooled)
			return put_spooled(writer, entry);
		return put_bytes(writer, entry, inode->data, inode->size);
	default:
		return put_entry(writer, entry, 0);
	}
}

static void count_links(struct entry **all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		all[i]->ino = 0;
		all[i]->nlink = all[i]->left = 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct entry *inode = image_inode(all[i]);

		inode->nlink++;
		inode->left++;
	}
}

int image_write(const struct image *image, int64_t newest, size_t align, struct groups *groups)
{
	const struct newc_fields trailer = { .nlink = 1 };
	struct writer writer = { .groups = groups, .newest = newest, .align = align, .next_ino = 1 };
	size_t count;
	struct entry **all = image_sorted(image, &count);
	int result = 0;

	count_links(all, count);
	for (size_t i = 0; i < count && !result; i++)
		result = put_one(&writer, all[i]);
	if (!result)
		result = put_head(&writer, &trailer, NEWC_TRAILER);
	buffer_free(&writer.file);
	free(all);
	return result;
}
