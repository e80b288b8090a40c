// SPDX-License-Identifier: MIT
/* tar.c - the members of a tar archive as entries of an image. */
#include "tools/lib/sources/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cpio/newc.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/image/image_table.h"

#define CHUNK (64 * 1024) /* bytes */
#define WHITEOUT ".wh."
#define METADATA ".wh..wh."
#define OPAQUE METADATA ".opq"

struct reading {
	struct image *stage;
	struct blob blob;
	uint64_t at; /* bytes of the blob that libarchive has had */
	uint64_t boxed; /* bytes of members that are not counted one by one */
	bool is_box;
	unsigned int layer;
	const char *why;
	size_t attributes; /* members whose extended attributes are lost */
	char *attribute_of; /* the first of them */
	char chunk[CHUNK];
};

static int failed(const struct reading *reading, const char *name, const char *text)
{
	return error("%s: %s: %s: %s", reading->why, shown(reading->blob.name), shown(name), text);
}

static la_ssize_t feed(struct archive *archive, void *context, const void **data)
{
	struct reading *reading = context;
	uint64_t left = reading->blob.size - reading->at;
	size_t len = left < CHUNK ? (size_t)left : CHUNK;

	*data = reading->chunk;
	if (blob_read(&reading->blob, reading->at, reading->chunk, len) < 0) {
		archive_set_error(archive, EIO, "cannot be read");
		return -1;
	}
	reading->at += len;
	return (la_ssize_t)len;
}

/* Only the formats that libarchive reads itself: some of its filters are programs that it would
 * start. */
static void choose_formats(struct archive *archive)
{
	archive_read_support_format_tar(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_filter_compress(archive);
	/* Names are bytes to the kernel: nothing is to be converted to this user's language. */
	archive_read_set_options(archive, "hdrcharset=BINARY");
}

/* From here on this layer has named the entry and the directories that it lies in. */
static void mark(struct reading *reading, struct entry *entry)
{
	char *path = xstrdup(entry->path);

	entry->layer = reading->layer;
	for (char *slash = strrchr(path, '/'); slash && slash != path; slash = strrchr(path, '/')) {
		struct entry *parent;

		*slash = '\0';
		parent = table_find(reading->stage, path);
		if (!parent || parent->layer == reading->layer)
			break;
		parent->layer = reading->layer;
	}
	free(path);
}

/* The bytes of a member into the spool, holes as zeros. *at is their place. */
static int spool_member(struct reading *reading, struct archive *archive, const char *name,
			uint64_t size, int64_t *at)
{
	uint64_t done = 0;
	const void *data;
	size_t len;
	la_int64_t offset;
	int result;

	*at = spool_add("", 0);
	if (*at < 0)
		return -1;
	while ((result = archive_read_data_block(archive, &data, &len, &offset)) == ARCHIVE_OK) {
		if ((uint64_t)offset < done || (uint64_t)offset > size ||
		    len > size - (uint64_t)offset)
			return failed(reading, name, "a part is outside of the file");
		if (spool_hole((uint64_t)offset - done) < 0 || spool_add(data, len) < 0)
			return -1;
		done = (uint64_t)offset + len;
	}
	if (result != ARCHIVE_EOF)
		return failed(reading, name, archive_error_string(archive));
	return spool_hole(size - done);
}

/* A header has the size before the bytes: a size over the limit is never unpacked. */
static int count_bytes(struct reading *reading, uint64_t size)
{
	const char *name = reading->blob.name;

	if (!reading->is_box)
		return limit_count(size, name);
	reading->boxed += size;
	return reading->boxed > limit_left() ? limit_error(name) : 0;
}

static struct entry *add_file(struct reading *reading, struct archive *archive,
			      struct archive_entry *member, const char *path)
{
	la_int64_t size = archive_entry_size(member);
	int64_t at;

	if (size < 0 || (uint64_t)size > NEWC_FILE_MAX) {
		failed(reading, path, "a file of 4 GiB or more does not fit a newc archive");
		return NULL;
	}
	if (count_bytes(reading, (uint64_t)size) < 0)
		return NULL;
	if (spool_member(reading, archive, path, (uint64_t)size, &at) < 0)
		return NULL;
	return image_add_spooled(reading->stage, path, at, (size_t)size, archive_entry_perm(member),
				 reading->why);
}

static struct entry *add_link(struct reading *reading, const char *path, const char *target)
{
	const char *fault;
	char *clean = path_clean(target, &fault);
	struct entry *to = clean ? image_find(reading->stage, clean) : NULL;

	free(clean);
	if (to && !S_ISDIR(to->mode))
		return image_add_link(reading->stage, path, to, reading->why);
	error("%s: %s: %s: a hard link to %s, which is %s", reading->why, shown(reading->blob.name),
	      shown(path), shown(target), to ? "a directory" : "not there");
	return NULL;
}

static struct entry *add_member(struct reading *reading, struct archive *archive,
				struct archive_entry *member, const char *path)
{
	struct image *stage = reading->stage;
	uint32_t perm = archive_entry_perm(member);
	const char *target;

	if (archive_entry_hardlink(member))
		return add_link(reading, path, archive_entry_hardlink(member));
	switch (archive_entry_filetype(member)) {
	case AE_IFDIR:
		return image_add_dir(stage, path, perm, reading->why);
	case AE_IFREG:
		return add_file(reading, archive, member, path);
	case AE_IFLNK:
		target = archive_entry_symlink(member);
		return image_add_symlink(stage, path, target ? target : "", reading->why);
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFIFO:
		return image_add_node(stage, path, archive_entry_filetype(member) | perm,
				      (uint32_t)archive_entry_rdevmajor(member),
				      (uint32_t)archive_entry_rdevminor(member), reading->why);
	default:
		failed(reading, path, "an unknown kind of member");
		return NULL;
	}
}

/* Removes anything but a directory where a directory is to be. */
static void make_room(struct reading *reading, struct archive_entry *member, const char *path)
{
	struct entry *there = image_find(reading->stage, path);
	char *place;

	if (!there || !S_ISDIR(there->mode) ||
	    (archive_entry_filetype(member) == AE_IFDIR && !archive_entry_hardlink(member)))
		return;
	place = xstrdup(there->path);
	image_remove(reading->stage, place, REMOVE_BELOW, 0);
	free(place);
}

/* It stands for what lower layers have at this very path. Through a symlink it would be what has
 * another path, so none is followed. Source: OCI image specification, layer.md. */
static int white_out(struct reading *reading, const char *path)
{
	const char *name = path_name(path) + strlen(WHITEOUT);
	char *parent = path_parent(path), *gone = path_join(parent, name);
	bool is_opaque = !strcmp(path_name(path), OPAQUE);
	int result = 0;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		result = failed(reading, path, "a whiteout that names nothing");
	else
		image_remove(reading->stage, is_opaque ? parent : gone,
			     is_opaque ? REMOVE_BELOW : REMOVE_INCLUSIVE, reading->layer);
	free(parent);
	free(gone);
	return result;
}

/* Files of aufs itself, with all below them: .wh..wh.plnk/... */
static bool is_metadata(const char *path)
{
	const char *at = strstr(path, "/" METADATA);

	return at && strcmp(at + 1, OPAQUE);
}

/* A number of the archive as newc has it, 32 bits without sign. */
static int read_owner(struct reading *reading, struct archive_entry *member, const char *path)
{
	struct image_defaults defaults = image_defaults(reading->stage);
	la_int64_t uid = archive_entry_uid(member), gid = archive_entry_gid(member);

	if (uid < 0 || uid > UINT32_MAX || gid < 0 || gid > UINT32_MAX)
		return failed(reading, path, "an owner that is not a 32-bit number");
	defaults.rank = IMAGE_TREE;
	defaults.uid = (uint32_t)uid;
	defaults.gid = (uint32_t)gid;
	defaults.mtime = archive_entry_mtime(member);
	image_set_defaults(reading->stage, defaults);
	return 0;
}

static void count_attributes(struct reading *reading, struct archive_entry *member,
			     const char *path)
{
	if (!archive_entry_xattr_count(member) && !archive_entry_acl_types(member))
		return;
	if (!reading->attributes++)
		reading->attribute_of = xstrdup(path);
}

static int add_clean(struct reading *reading, struct archive *archive, struct archive_entry *member,
		     const char *path)
{
	struct entry *entry;

	if (reading->layer && is_metadata(path))
		return 0;
	if (reading->layer && !strncmp(path_name(path), WHITEOUT, strlen(WHITEOUT)))
		return white_out(reading, path);
	count_attributes(reading, member, path);
	if (read_owner(reading, member, path) < 0)
		return -1;
	make_room(reading, member, path);
	entry = add_member(reading, archive, member, path);
	if (!entry)
		return -1;
	mark(reading, entry);
	return 0;
}

static int accept_member(struct reading *reading, struct archive *archive,
			 struct archive_entry *member)
{
	const char *name = archive_entry_pathname(member), *fault;
	char *path = path_clean(name ? name : "", &fault);
	int result;

	if (!path)
		return failed(reading, name ? name : "", fault);
	result = add_clean(reading, archive, member, path);
	free(path);
	return result;
}

static int read_all(struct reading *reading, struct archive *archive)
{
	struct archive_entry *member;
	int result = archive_read_open(archive, reading, NULL, feed, NULL);

	while (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
		result = archive_read_next_header(archive, &member);
		if ((result == ARCHIVE_OK || result == ARCHIVE_WARN) &&
		    accept_member(reading, archive, member) < 0)
			return -1;
	}
	if (result == ARCHIVE_EOF)
		return 0;
	return error("%s: %s: %s", reading->why, shown(reading->blob.name),
		     archive_error_string(archive) ? archive_error_string(archive)
						   : "is not a tar archive");
}

static int add_all(struct image *stage, const struct blob *blob, unsigned int layer, bool is_box,
		   const char *why)
{
	struct reading *reading = xcalloc(1, sizeof(*reading));
	struct archive *archive = archive_read_new();
	int result;

	if (!archive)
		exit(error("out of memory"));
	reading->stage = stage;
	reading->blob = *blob;
	reading->layer = layer;
	reading->is_box = is_box;
	reading->why = why;
	choose_formats(archive);
	result = read_all(reading, archive);
	if (!result && reading->attributes)
		warning("%s: %s: %zu members lose their extended attributes, which an initramfs cannot hold (%s)",
			why, shown(blob->name), reading->attributes, shown(reading->attribute_of));
	archive_read_free(archive);
	free(reading->attribute_of);
	free(reading);
	return result;
}

int tar_add(struct image *stage, const struct blob *blob, unsigned int layer, const char *why)
{
	return add_all(stage, blob, layer, false, why);
}

int tar_add_box(struct image *stage, const struct blob *blob, const char *why)
{
	return add_all(stage, blob, 0, true, why);
}
