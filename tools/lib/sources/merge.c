// SPDX-License-Identifier: MIT
/* merge.c - merges an image that was built separately into another one. */
#include "tools/lib/sources/merge.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/spool.h"
#include "tools/lib/base/whole_file.h"

struct merge {
	struct image *image;
	const struct tree_source *source;
	const char *why;
};

static struct entry *add_inode(const struct merge *merge, const struct entry *entry,
			       const char *path)
{
	struct image *image = merge->image;
	uint32_t perm = entry->mode & 07777;

	switch (entry->mode & S_IFMT) {
	case S_IFDIR:
		return image_add_dir(image, path, perm, merge->why);
	case S_IFLNK:
		return image_add_symlink(image, path, entry->target, merge->why);
	case S_IFREG:
		if (entry->spooled)
			return image_add_spooled(image, path, entry->spooled - 1, entry->size, perm,
						 merge->why);
		return image_add_data(image, path, entry->data, entry->size, perm, merge->why);
	default:
		return image_add_node(image, path, entry->mode, entry->rdev_major,
				      entry->rdev_minor, merge->why);
	}
}

static int merge_one(const struct merge *merge, struct entry *entry, const char *dest)
{
	struct entry *inode = image_inode(entry), *added;
	char *path = path_join(dest, entry->path);
	int result = 0;

	image_set_defaults(merge->image, tree_defaults(merge->source, image_defaults(merge->image),
						       inode->uid, inode->gid, inode->mtime));
	if (inode->copy)
		added = image_add_link(merge->image, path, inode->copy, merge->why);
	else
		added = add_inode(merge, inode, path);
	/* If an entry of a higher rank was kept, the next name starts a new file. */
	if (added && inode->spooled && added->spooled == inode->spooled)
		inode->copy = added;
	if (!added)
		result = -1;
	else if (strcmp(added->path, dest) && !path_is_below(added->path, dest))
		result = error("%s: %s leads out of %s, to %s", merge->why, shown(entry->path),
			       shown(dest), shown(added->path));
	free(path);
	return result;
}

int merge_image(struct image *image, const struct image *stage, const struct tree_source *source,
		const char *why)
{
	const struct merge merge = { .image = image, .source = source, .why = why };
	const struct image_defaults defaults = image_defaults(image);
	const char *fault;
	char *dest = path_clean(source->dest, &fault);
	size_t count;
	struct entry **all = image_sorted(stage, &count);
	int result = dest ? 0 : error("%s: %s: %s", why, shown(source->dest), fault);

	for (size_t i = 0; i < count; i++)
		image_inode(all[i])->copy = NULL;
	for (size_t i = 0; i < count && !result; i++)
		if (all[i]->rank != IMAGE_PARENT)
			result = merge_one(&merge, all[i], dest);
	image_set_defaults(image, defaults);
	free(all);
	free(dest);
	return result;
}

int merge_read_entry(const struct entry *entry, size_t max, struct buffer *bytes)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	struct blob blob;
	char *data;
	int result;

	if (!S_ISREG(inode->mode))
		return error("%s: is not a file", shown(entry->path));
	if (inode->host_path)
		return whole_file(inode->host_path, max, "file", bytes);
	if (inode->size > max)
		return error("%s: has more than %zu bytes", shown(entry->path), max);
	if (!inode->spooled) {
		buffer_add(bytes, inode->data, inode->size);
		return 0;
	}
	blob = spool_blob(inode->spooled - 1, inode->size, inode->path);
	data = xmalloc(inode->size + 1);
	result = blob_read(&blob, 0, data, inode->size);
	if (!result)
		buffer_add(bytes, data, inode->size);
	free(data);
	return result;
}
