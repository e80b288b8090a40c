/* layout.c - host files into the image at their own paths, with the symlinks on the way. */
#include "tools/lib/layout.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/error.h"
#include "tools/lib/mem.h"

#define SYMLINKS_MAX 40	/* as in the kernel: more is ELOOP (path_resolution(7)) */

/* A path on its way: `at` is resolved ("" is the root), `rest` is still to come. */
struct walk {
	char *at;
	char *rest;
	int links;
};

static void walk_start(struct walk *walk, const char *path)
{
	walk->at = xstrdup("");
	walk->rest = xstrdup(path);
	walk->links = 0;
}

static void walk_end(struct walk *walk)
{
	free(walk->at);
	free(walk->rest);
}

/* The path with the next component, malloc'd, or NULL at the end. "." and ".." are done here. */
static char *walk_next(struct walk *walk)
{
	for (;;) {
		char *name = walk->rest + strspn(walk->rest, "/");
		size_t len = strcspn(name, "/");
		char *next;

		if (!len)
			return NULL;
		next = xasprintf("%s/%.*s", walk->at, (int)len, name);
		memmove(walk->rest, name + len, strlen(name + len) + 1);
		if (strcmp(strrchr(next, '/'), "/.") && strcmp(strrchr(next, '/'), "/.."))
			return next;
		if (!strcmp(strrchr(next, '/'), "/..") && strrchr(walk->at, '/'))
			*strrchr(walk->at, '/') = '\0';
		free(next);
	}
}

static void walk_into(struct walk *walk, char *next)
{
	free(walk->at);
	walk->at = next;
}

/* Goes on with a symlink's text before the rest. Returns 0, or -1 on a loop. */
static int walk_symlink(struct walk *walk, const char *target)
{
	char *rest = xasprintf("%s/%s", target, walk->rest);

	free(walk->rest);
	walk->rest = rest;
	if (target[0] == '/')
		walk->at[0] = '\0';
	return ++walk->links > SYMLINKS_MAX ? -1 : 0;
}

static int walk_is_last(const struct walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}

/* 1 if a symlink of the host was added and is now followed, 0 if the image keeps a directory of
 * its own there, -1 after reporting. */
static int add_symlink(struct image *image, struct walk *walk, const char *next, const char *why)
{
	char target[PATH_MAX];
	ssize_t len = readlink(next, target, sizeof(target) - 1);
	struct entry *entry;

	if (len < 0)
		return error_errno(errno, "%s", shown(next));
	target[len] = '\0';
	entry = image_add_symlink(image, next, target, why);
	if (!entry)
		return -1;
	if (!S_ISLNK(entry->mode))
		return 0;
	return walk_symlink(walk, entry->target) ? error_errno(ELOOP, "%s", shown(next)) : 1;
}

static int add_file(struct image *image, const char *next, const char *host, const char *why)
{
	struct entry *entry;
	struct stat info;

	if (stat(host, &info))
		return error_errno(errno, "%s", shown(host));
	if (!S_ISREG(info.st_mode))
		return error("%s: not a regular file", shown(host));
	if (access(host, R_OK))
		return error_errno(errno, "%s", shown(host));
	entry = image_add_file(image, next, host, info.st_mode & 07777, why);
	if (!entry)
		return -1;
	entry->mtime = info.st_mtime;
	return 0;
}

/* What the image has at `next` decides; else what the host has. `path` is the whole way, for
 * content where a symlink of the image leads to a place that the host lacks. */
static int step(struct image *image, struct walk *walk, const char *path, char **next,
		const char *why)
{
	struct entry *entry = image_find(image, *next);
	struct stat info;
	int result;

	if (entry && S_ISLNK(entry->mode))
		return walk_symlink(walk, entry->target) ? error_errno(ELOOP, "%s", *next) : 0;
	if ((!entry || S_ISDIR(entry->mode)) && !lstat(*next, &info) && S_ISLNK(info.st_mode)) {
		result = add_symlink(image, walk, *next, why);
		if (result)
			return result < 0 ? -1 : 0;
	}
	if (walk_is_last(walk) && !(entry && S_ISDIR(entry->mode)))
		return entry ? 0 : add_file(image, *next, access(*next, F_OK) ? path : *next, why);
	if (!entry) {
		uint32_t perm = lstat(*next, &info) ? 0755 : info.st_mode & 07777;

		if (!image_add_dir(image, *next, perm, why))
			return -1;
	}
	walk_into(walk, *next);
	*next = NULL;
	return 0;
}

int layout_add(struct image *image, const char *path, const char *why)
{
	struct walk walk;
	int result = 0;
	char *next;

	walk_start(&walk, path);
	while (!result && (next = walk_next(&walk))) {
		result = step(image, &walk, path, &next, why);
		free(next);
	}
	walk_end(&walk);
	return result;
}

char *layout_resolve(const struct image *image, const char *path)
{
	struct walk walk;
	char *next, *result;

	walk_start(&walk, path);
	while ((next = walk_next(&walk))) {
		struct entry *entry = image_find(image, next);

		if (entry && S_ISLNK(entry->mode) && walk.links < SYMLINKS_MAX) {
			walk_symlink(&walk, entry->target);
			free(next);
		} else {
			walk_into(&walk, next);
		}
	}
	result = xstrdup(walk.at[0] ? walk.at : "/");
	walk_end(&walk);
	return result;
}
