// SPDX-License-Identifier: MIT
/* initramfs.c - another initramfs as entries of an image. */
#include "tools/lib/sources/initramfs.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/cpio/kernel_tree.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/spool.h"

struct reading {
	struct image *stage;
	const struct archive *file, *archive; /* as it is, and what the kernel leaves of it */
	struct entry **made; /* of each entry of the archive that holds bytes: its inode, or NULL */
	const char *why;
};

static void set_owner(const struct reading *reading, const struct newc_fields *fields)
{
	struct image_defaults defaults = image_defaults(reading->stage);

	defaults.rank = IMAGE_TREE;
	defaults.uid = fields->uid;
	defaults.gid = fields->gid;
	defaults.mtime = fields->mtime;
	image_set_defaults(reading->stage, defaults);
}

/* The first name of a file brings its bytes, the others are links to it. */
static struct entry *add_file(const struct reading *reading, const struct archive_entry *entry)
{
	struct entry **made = &reading->made[entry->data_of];
	struct span data = archive_data(reading->archive, entry);
	int64_t at;

	if (*made)
		return image_add_link(reading->stage, entry->path, *made, reading->why);
	at = spool_add(data.data, data.len);
	if (at < 0)
		return NULL;
	*made = image_add_spooled(reading->stage, entry->path, at, data.len,
				  entry->newc.fields.mode & 07777, reading->why);
	return *made;
}

static struct entry *add_symlink(const struct reading *reading, const struct archive_entry *entry)
{
	char *target = xstrndup((const char *)entry->newc.data.data, entry->newc.data.len);
	struct entry *added = image_add_symlink(reading->stage, entry->path, target, reading->why);

	free(target);
	return added;
}

static struct entry *add_entry(const struct reading *reading, const struct archive_entry *entry)
{
	const struct newc_fields *fields = &entry->newc.fields;

	set_owner(reading, fields);
	switch (fields->mode & S_IFMT) {
	case S_IFDIR:
		return image_add_dir(reading->stage, entry->path, fields->mode & 07777,
				     reading->why);
	case S_IFLNK:
		return add_symlink(reading, entry);
	case S_IFREG:
		return add_file(reading, entry);
	default:
		return image_add_node(reading->stage, entry->path, fields->mode, fields->rdev_major,
				      fields->rdev_minor, reading->why);
	}
}

static void warn_of_lost(void *context, size_t index, enum kernel_loss why)
{
	const struct reading *reading = context;
	const char *path = shown(reading->file->entries[index].path);

	if (why == KERNEL_IN_THE_WAY)
		warning("%s: %s: %s is a directory that is not empty: the kernel drops this entry, too",
			reading->why, shown(reading->file->name), path);
	else
		warning("%s: %s: %s: %s: the kernel drops this entry, too", reading->why,
			shown(reading->file->name), path, kernel_losses[why]);
}

int initramfs_add(struct image *stage, const char *path, const char *why)
{
	struct archive *archive = archive_open(path), *left = NULL;
	struct kernel_tree *tree = NULL;
	struct reading reading = { .stage = stage, .file = archive, .why = why };
	const struct kernel_watch watch = { .lost = warn_of_lost, .context = &reading };
	int result = archive ? 0 : -1;

	if (archive) {
		tree = kernel_tree_new(archive, &watch);
		reading.archive = left = kernel_tree_archive(tree);
		reading.made = xcalloc(left->count + 1, sizeof(*reading.made));
	}
	for (size_t i = 0; !result && i < left->count; i++)
		result = add_entry(&reading, &left->entries[i]) ? 0 : -1;
	free(reading.made);
	archive_close(left);
	kernel_tree_free(tree);
	archive_close(archive);
	return result;
}
