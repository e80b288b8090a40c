// SPDX-License-Identifier: MIT
/* append.c - an image that follows another one. */
#include "tools/lib/cpio/append.h"

#include <stdbool.h>
#include <stdlib.h>

#include "tools/lib/image/image_table.h"

static bool leads_to_directory(const struct archive *base, const char *path)
{
	const char *why;
	const struct archive_entry *there = archive_resolve(base, path, &why);

	return there && S_ISDIR(there->newc.fields.mode);
}

/* Whether ours would put a directory in the place of this one. */
static bool is_hidden(const struct image *image, const struct archive *base,
		      const struct archive_entry *theirs)
{
	const struct entry *ours = table_find(image, theirs->path);

	return S_ISLNK(theirs->newc.fields.mode) && ours && S_ISDIR(ours->mode) &&
	       archive_find(base, theirs->path) == theirs && leads_to_directory(base, theirs->path);
}

static int adopt_symlink(struct image *image, const struct archive *base,
			 const struct archive_entry *theirs)
{
	struct span text = archive_data(base, theirs);
	char *target = xstrndup((const char *)text.data, text.len);
	struct entry *entry = image_add_symlink(image, theirs->path, target, base->name);

	free(target);
	return entry ? 0 : -1;
}

/* An entry that moves may meet the next symlink: repeat then. */
static int adopt_symlinks(struct image *image, const struct archive *base)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < base->count; i++) {
			if (!is_hidden(image, base, &base->entries[i]))
				continue;
			if (adopt_symlink(image, base, &base->entries[i]))
				return -1;
			again = true;
		}
	}
	return 0;
}

static void adopt_attributes(struct entry *entry, const struct archive_entry *theirs)
{
	const struct newc_fields *fields = &theirs->newc.fields;

	entry->mode = fields->mode;
	entry->uid = fields->uid;
	entry->gid = fields->gid;
	entry->mtime = fields->mtime;
}

int image_fit_after(struct image *image, const struct archive *base)
{
	struct image_defaults defaults = image_defaults(image), before;
	int result;

	defaults.rank = IMAGE_NEEDED;
	before = image_set_defaults(image, defaults);
	result = adopt_symlinks(image, base);
	image_set_defaults(image, before);
	for (struct node *node = image->oldest; node && !result; node = node->newer) {
		const struct archive_entry *theirs = node->entry.rank == IMAGE_PARENT
							     ? archive_find(base, node->entry.path)
							     : NULL;

		if (theirs && S_ISDIR(theirs->newc.fields.mode))
			adopt_attributes(&node->entry, theirs);
	}
	return result;
}
