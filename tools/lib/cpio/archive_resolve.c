// SPDX-License-Identifier: MIT
/* archive_resolve.c - what a path leads to inside an image. */
#include <sys/stat.h>

#include "tools/lib/cpio/archive.h"
#include "tools/lib/base/walk.h"

const struct archive_entry *archive_resolve(const struct archive *archive, const char *path,
					    const char **why)
{
	const struct archive_entry *entry;
	struct walk walk;
	int failed = 0;

	walk_start(&walk, path);
	while (!failed && walk_next(&walk)) {
		entry = archive_find(archive, walk.at.data);
		if (entry && S_ISLNK(entry->newc.fields.mode))
			failed = walk_symlink(&walk, (const char *)entry->newc.data.data,
					      entry->newc.data.len);
	}
	entry = failed ? NULL : archive_find(archive, walk.at.data);
	*why = failed ? "too many symbolic links" : "no such file in it";
	walk_end(&walk);
	return entry;
}
