// SPDX-License-Identifier: MIT
/* image_layout.c - host files into the image at their own paths, with the symlinks on the way. */
#include "tools/lib/program/image_layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/walk.h"
#include "tools/lib/program/sysroot.h"

struct layout {
	const char *root, *path, *why;
};

static int follow(struct walk *walk, const struct entry *entry)
{
	return walk_symlink(walk, entry->target, strlen(entry->target))
		       ? error_errno(ELOOP, "%s", shown(walk->at.data))
		       : 0;
}

/* Returns 1 if a symlink was added and is now followed, 0 if the image keeps its own directory
 * there, -1 after reporting. */
static int add_symlink(struct image *image, struct walk *walk, const char *target, const char *why)
{
	struct entry *entry = image_add_symlink(image, walk->at.data, target, why);

	if (!entry)
		return -1;
	if (!S_ISLNK(entry->mode))
		return 0;
	return follow(walk, entry) ? -1 : 1;
}

int image_layout_put(struct image *image, const char *root, const char *path, const char *dest,
		     const char *why)
{
	char *host = sysroot_path(root, path, LAST_FOLLOWED);
	struct entry *entry = NULL;
	struct stat info;

	if (!host || stat(host, &info))
		error_errno(errno, "%s%s", shown(root), shown(path));
	else if (!S_ISREG(info.st_mode))
		error("%s: not a regular file", shown(host));
	else if (access(host, R_OK))
		error_errno(errno, "%s", shown(host));
	else
		entry = image_add_file(image, dest, host, info.st_mode & 07777, why);
	if (entry)
		entry->mtime = info.st_mtime;
	free(host);
	return entry ? 0 : -1;
}

/* The image's own entry counts, else this machine's. `path` is the whole path, for content if a
 * symlink of the image leads to a path that this machine lacks. */
static int step(struct image *image, const struct layout *layout, struct walk *walk)
{
	const char *at = walk->at.data;
	struct entry *entry = image_find(image, at);
	struct stat info;
	int result, there;

	if (entry && S_ISLNK(entry->mode))
		return follow(walk, entry);
	if (!entry || S_ISDIR(entry->mode)) {
		char *target = sysroot_readlink(layout->root, at);

		result = target ? add_symlink(image, walk, target, layout->why) : 0;
		free(target);
		if (result)
			return result < 0 ? -1 : 0;
	}
	there = !sysroot_stat(layout->root, at, &info);
	if (walk_is_last(walk) && !(entry && S_ISDIR(entry->mode)))
		return entry ? 0
			     : image_layout_put(image, layout->root, there ? at : layout->path, at,
						layout->why);
	if (!entry && !image_add_dir(image, at, there ? info.st_mode & 07777 : 0755, layout->why))
		return -1;
	return 0;
}

int image_layout_add(struct image *image, const char *root, const char *path, const char *why)
{
	const struct layout layout = { root, path, why };
	struct walk walk;
	int result = 0;

	walk_start(&walk, path);
	while (!result && walk_next(&walk))
		result = step(image, &layout, &walk);
	walk_end(&walk);
	return result;
}

char *image_layout_resolve(const struct image *image, const char *path)
{
	struct walk walk;
	char *result;

	walk_start(&walk, path);
	while (walk_next(&walk)) {
		struct entry *entry = image_find(image, walk.at.data);

		if (entry && S_ISLNK(entry->mode))
			walk_symlink(&walk, entry->target, strlen(entry->target));
	}
	result = xstrdup(walk.at.data);
	walk_end(&walk);
	return result;
}
