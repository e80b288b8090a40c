// SPDX-License-Identifier: MIT
/* newc_writer.c - the entries of an image as a newc archive. */
#include "tools/lib/cpio/newc_writer.h"

#include <stdlib.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"
#include "tools/lib/base/spool.h"
#include "tools/lib/cpio/newc_writer_parts.h"

int writer_pad(struct writer *writer, uint64_t len)
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

size_t writer_compose(char *head, const struct newc_fields *fields, const char *name, size_t more)
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
	size_t len = writer_compose(head, fields, name, name_padding(writer, fields, name));

	writer->at += len + fields->size + newc_padding(fields->size);

	if (groups_entry(writer->groups, name) < 0)
		return -1;
	return groups_write(writer->groups, head, len);
}

const char *writer_name(const struct entry *entry)
{
	return entry->path[1] ? entry->path + 1 : ".";
}

struct newc_fields writer_fields(const struct writer *writer, const struct entry *entry,
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

int writer_entry(struct writer *writer, const struct entry *entry, uint32_t size)
{
	struct newc_fields fields = writer_fields(writer, entry, size);

	return put_head(writer, &fields, writer_name(entry));
}

int writer_bytes(struct writer *writer, const struct entry *entry, const void *data, size_t len)
{
	if (len > NEWC_FILE_MAX)
		return error("%s: %s: a file of 4 GiB or more does not fit a newc archive",
			     entry->why, shown(entry->path));
	if (writer_entry(writer, entry, (uint32_t)len) < 0 ||
	    groups_write(writer->groups, data, len) < 0)
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
		    groups_write(writer->groups, chunk, len) < 0)
			return -1;
		done += len;
	}
	return writer_pad(writer, blob.size);
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

int image_write(const struct image *image, int64_t newest, size_t align, struct groups *groups)
{
	const struct newc_fields trailer = { .nlink = 1 };
	struct writer writer = {
		.groups = groups, .newest = newest, .align = align, .next_ino = 1
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
