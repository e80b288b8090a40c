// SPDX-License-Identifier: MIT
/* unpack.c - unpack an archive into the root directory while it comes in. */
#include "init/image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "init/pure/newc.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define BLOCK 32768 /* bytes that are copied at once */

struct entry {
	struct newc_fields fields;
	char path[1 + PATH_MAX]; /* "/" and the name, which the kernel takes relative to its root */
};

static int get(const struct archive_source *source, void *buffer, size_t len)
{
	return len ? source->read(source->owner, buffer, len) : 0;
}

static int skip_padding(const struct archive_source *source, uint64_t len)
{
	uint8_t padding[4];

	return get(source, padding, newc_padding(len));
}

static int read_head(const struct archive_source *source, struct entry *entry)
{
	uint8_t header[NEWC_HEADER];
	size_t len;
	int error = get(source, header, sizeof(header));

	if (error)
		return error;
	if (memcmp(header, "070701", 6) != 0 || newc_fields_read(header, &entry->fields))
		return -EPROTO;
	len = entry->fields.namesize;
	if (len == 0 || len >= sizeof(entry->path))
		return -ENAMETOOLONG;
	entry->path[0] = '/';
	error = get(source, entry->path + 1, len);
	if (!error && entry->path[len])
		error = -EPROTO;
	return error ? error : skip_padding(source, NEWC_HEADER + len);
}

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len) {
		long done = sys_write(fd, bytes, len);

		if (done == -EINTR)
			continue;
		if (done <= 0)
			return done ? (int)done : -EIO;
		bytes += done;
		len -= (size_t)done;
	}
	return 0;
}

static int copy_data(const struct archive_source *source, int fd, size_t left)
{
	static uint8_t block[BLOCK];
	int error = 0;

	while (left && !error) {
		size_t len = left < sizeof(block) ? left : sizeof(block);

		error = get(source, block, len);
		if (!error)
			error = write_all(fd, block, len);
		left -= len;
	}
	return error;
}

static int make_file(const struct archive_source *source, const struct entry *entry)
{
	int fd, error = sys_mknod(entry->path, entry->fields.mode, 0, 0);

	if (error)
		return error;
	fd = sys_open(entry->path, O_WRONLY | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	error = copy_data(source, fd, entry->fields.size);
	sys_close(fd);
	return error ? error : skip_padding(source, entry->fields.size);
}

static int make_link(const struct archive_source *source, const struct entry *entry)
{
	char target[PATH_MAX];
	size_t len = entry->fields.size;
	int error;

	if (len >= sizeof(target))
		return -ENAMETOOLONG;
	error = get(source, target, len);
	if (error)
		return error;
	target[len] = '\0';
	error = sys_symlink(target, entry->path);
	return error ? error : skip_padding(source, len);
}

static int make_directory(const struct entry *entry)
{
	int error = sys_mkdir(entry->path, entry->fields.mode & 07777);

	return error == -EEXIST ? 0 : error;
}

static int make(const struct archive_source *source, const struct entry *entry)
{
	const struct newc_fields *fields = &entry->fields;

	if (S_ISDIR(fields->mode))
		return make_directory(entry);
	if (fields->nlink > 1)
		return -EMLINK;
	sys_unlinkat(AT_FDCWD, entry->path, 0);
	if (S_ISREG(fields->mode))
		return make_file(source, entry);
	if (S_ISLNK(fields->mode))
		return make_link(source, entry);
	return sys_mknod(entry->path, fields->mode, fields->rdev_major, fields->rdev_minor);
}

static int unpack_next(const struct archive_source *source, struct entry *entry)
{
	int error = read_head(source, entry);

	if (error)
		return log_err(error, "read an archive");
	if (strcmp(entry->path + 1, NEWC_TRAILER) == 0)
		return 0;
	error = make(source, entry);
	if (!error && (entry->fields.uid || entry->fields.gid))
		error = sys_chown(entry->path, entry->fields.uid, entry->fields.gid);
	return error ? log_err(error, "unpack %s", entry->path) : 1;
}

int unpack(const struct archive_source *source)
{
	static struct entry entry;
	mode_t mask = sys_umask(0);
	int result;

	do
		result = unpack_next(source, &entry);
	while (result > 0);
	sys_umask(mask);
	return result;
}
