// SPDX-License-Identifier: MIT
/* tree.c - a directory of the host as entries of an image. */
#include "tools/lib/sources/tree.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/sources/tree_walk.h"

#define BUCKETS 4096

/* Names that share an inode. Both numbers count in full: file systems have 64-bit inode numbers. */
struct linked {
	struct linked *next;
	dev_t dev;
	ino_t ino;
	struct entry *entry;
};

struct walk {
	struct image *image;
	const struct tree_source *source;
	const char *why;
	struct linked *links[BUCKETS];
	struct buffer path; /* in the image; its first dest_len bytes stay */
	size_t dest_len;
	size_t *matches; /* of each pattern of source->without */
	struct stat output; /* of the image that is being made; 0 if it is not there */
};

static struct linked *find_linked(struct walk *walk, const struct stat *st)
{
	struct linked **bucket = &walk->links[(st->st_ino ^ st->st_dev) % BUCKETS], *linked;

	for (linked = *bucket; linked; linked = linked->next)
		if (linked->dev == st->st_dev && linked->ino == st->st_ino)
			return linked;
	linked = xcalloc(1, sizeof(*linked));
	linked->dev = st->st_dev;
	linked->ino = st->st_ino;
	linked->next = *bucket;
	*bucket = linked;
	return linked;
}

static void free_links(struct walk *walk)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (walk->links[i]) {
			struct linked *next = walk->links[i]->next;

			free(walk->links[i]);
			walk->links[i] = next;
		}
	}
}

static struct entry *add_symlink(struct walk *walk, const struct found *found, const char *path)
{
	char target[PATH_MAX];
	ssize_t len = readlink(found->path, target, sizeof(target) - 1);

	if (len < 0) {
		error_errno(errno, "%s: cannot read symlink %s", walk->why, shown(found->path));
		return NULL;
	}
	target[len] = '\0';
	return image_add_symlink(walk->image, path, target, walk->why);
}

static struct entry *add_file(struct walk *walk, const struct found *found, const char *path)
{
	const struct stat *st = &found->st;
	struct entry *entry =
		image_add_file(walk->image, path, found->path, st->st_mode & 07777, walk->why);

	if (entry && entry->host_path && !strcmp(entry->host_path, found->path))
		entry->size = (size_t)st->st_size;
	return entry;
}

static struct entry *add_kind(struct walk *walk, const struct found *found, const char *path)
{
	const struct stat *st = &found->st;
	uint32_t perm = st->st_mode & 07777;

	switch (st->st_mode & S_IFMT) {
	case S_IFDIR:
		return image_add_dir(walk->image, path, perm, walk->why);
	case S_IFLNK:
		return add_symlink(walk, found, path);
	case S_IFREG:
		return add_file(walk, found, path);
	case S_IFCHR:
	case S_IFBLK:
		return image_add_node(walk->image, path, st->st_mode, major(st->st_rdev),
				      minor(st->st_rdev), walk->why);
	default:
		return image_add_node(walk->image, path, st->st_mode, 0, 0, walk->why);
	}
}

/* An image made in the tree that it holds would have its own last version in it. */
static int is_output(const struct walk *walk, const struct found *found)
{
	if (!S_ISREG(found->st.st_mode) || walk->output.st_dev != found->st.st_dev ||
	    walk->output.st_ino != found->st.st_ino)
		return 0;
	warning("%s: %s is the image itself, and was omitted", walk->why, shown(found->path));
	return 1;
}

static int add_found(struct walk *walk, const struct found *found, const char *path)
{
	const struct stat *st = &found->st;
	struct linked *linked;
	struct entry *entry;

	if (is_output(walk, found))
		return 0;
	rights_note(st);
	if (S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode) || st->st_nlink < 2)
		return add_kind(walk, found, path) ? 0 : -1;
	linked = find_linked(walk, st);
	if (linked->entry)
		return image_add_link(walk->image, path, linked->entry, walk->why) ? 0 : -1;
	entry = add_kind(walk, found, path);
	if (!entry)
		return -1;
	/* If an entry of a higher rank was kept, the next name starts a new file. */
	if (!S_ISREG(st->st_mode) || (entry->host_path && !strcmp(entry->host_path, found->path)))
		linked->entry = entry;
	return 0;
}

struct image_defaults tree_defaults(const struct tree_source *source,
				    struct image_defaults defaults, uint32_t uid, uint32_t gid,
				    int64_t mtime)
{
	defaults.rank = IMAGE_TREE;
	defaults.uid = source->owner == TREE_OWNER_KEEP ? uid : source->uid;
	defaults.gid = source->owner == TREE_OWNER_KEEP ? gid : source->gid;
	defaults.mtime = mtime < source->newest ? mtime : source->newest;
	return defaults;
}

static int add_below(struct walk *walk, const struct found *found)
{
	struct image_defaults defaults = image_defaults(walk->image);
	const struct stat *st = &found->st;
	int result;

	if (!*found->below && !walk->dest_len && walk->source->has_root)
		return 0;
	if (!*found->below && !walk->dest_len && (st->st_mode & 0005) != 0005)
		warning("%s: %s has mode %04o, and so has / of the image: only its owner's programs "
			"find anything there (chmod 755, or a line `dir / 0755 0 0`)",
			walk->why, shown(walk->source->dir), st->st_mode & 07777);
	walk->path.len = walk->dest_len;
	if (*found->below)
		path_append(&walk->path, found->below, found->below_len);
	image_set_defaults(walk->image, tree_defaults(walk->source, defaults, st->st_uid,
						      st->st_gid, st->st_mtime));
	result = add_found(walk, found, walk->path.len ? walk->path.data : "/");
	image_set_defaults(walk->image, defaults);
	return result;
}

static int matches(const char *pattern, const struct found *found)
{
	if (!strchr(pattern, '/'))
		return !fnmatch(pattern, found->name, 0);
	return !fnmatch(pattern + (*pattern == '/'), found->below, FNM_PATHNAME);
}

static int stays_away(struct walk *walk, const struct found *found)
{
	int result = 0;

	for (size_t i = 0; *found->below && walk->source->without && walk->source->without[i]; i++)
		if (matches(walk->source->without[i], found)) {
			walk->matches[i]++;
			result = 1;
		}
	return result;
}

static void warn_of_idle_patterns(const struct walk *walk)
{
	for (size_t i = 0; walk->source->without && walk->source->without[i]; i++)
		if (!walk->matches[i])
			warning("%s: nothing in %s matches the pattern %s", walk->why,
				shown(walk->source->dir), shown(walk->source->without[i]));
}

static size_t *count_matches(const char *const *without)
{
	size_t count = 0;

	while (without && without[count])
		count++;
	return xcalloc(count + 1, sizeof(size_t));
}

static int visit(void *argument, const struct found *found)
{
	struct walk *walk = argument;

	if (stays_away(walk, found))
		return TREE_WALK_PAST;
	return add_below(walk, found) < 0 ? TREE_WALK_STOP : TREE_WALK_ON;
}

int tree_add(struct image *image, const struct tree_source *source, const char *why)
{
	struct walk *walk = xcalloc(1, sizeof(*walk));
	int result;

	*walk = (struct walk){ .image = image, .source = source, .why = why };
	walk->matches = count_matches(source->without);
	if (source->output && stat(source->output, &walk->output) < 0)
		walk->output = (struct stat){ 0 };
	buffer_text(&walk->path, source->dest);
	while (walk->path.len && walk->path.data[walk->path.len - 1] == '/')
		walk->path.data[--walk->path.len] = '\0';
	walk->dest_len = walk->path.len;
	result = tree_walk(source->dir, visit, walk, why);
	if (!result)
		warn_of_idle_patterns(walk);
	free_links(walk);
	buffer_free(&walk->path);
	free(walk->matches);
	free(walk);
	return result;
}
