// SPDX-License-Identifier: MIT
/* tree.c - a directory of the host as entries of an image. */
#include "tools/lib/sources/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init/pure/dirents.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/rights.h"

/* Good during one visit. */
struct found {
	const char *path; /* with the walk's directory in front */
	const char *below; /* after it, "" for the directory itself */
	size_t below_len;
	const char *name; /* the last of it */
	struct stat st; /* of a symlink: its own */
};

/* Results of a visit: continue below, skip what is below, or end the walk. */
enum { TREE_WALK_STOP = -1, TREE_WALK_ON, TREE_WALK_PAST };

struct walk {
	int (*visit)(void *argument, const struct found *found);
	void *argument;
	const char *why;
	size_t dir_len; /* bytes of the path that are the walk's own directory */
	struct buffer path;
	struct buffer records; /* of each directory of the path, one after the other */
};

/* A record: the result of stat(2) and then the name with its NUL, up to a multiple of 8 bytes. A
 * directory is read completely and closed before anything below it is opened, so that depth costs
 * no descriptors. */
struct record {
	struct stat st;
	size_t len; /* of the name */
	char name[];
};

static size_t record_size(size_t len)
{
	return (sizeof(struct record) + len + 1 + 7) & ~(size_t)7;
}

static int fail(const struct walk *walk, int err)
{
	return error_errno(err, "%s: cannot read %s", walk->why, shown(walk->path.data));
}

/* By the directory's descriptor one name is looked up, and not all of the path. */
static int record(struct walk *walk, int fd, const char *name)
{
	size_t len = strlen(name);
	struct record *kept;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		int err = errno;

		buffer_printf(&walk->path, "/%s", name);
		return fail(walk, err);
	}
	kept = buffer_space(&walk->records, record_size(len));
	kept->st = st;
	kept->len = len;
	memcpy(kept->name, name, len + 1);
	return 0;
}

static int read_names(struct walk *walk, int fd)
{
	static char bytes[64 * 1024];
	long len;

	while ((len = syscall(SYS_getdents64, fd, bytes, sizeof(bytes))) > 0) {
		struct span rest = { (const uint8_t *)bytes, (size_t)len };
		struct dirent_view entry;

		while (dirents_next(&rest, &entry))
			if (record(walk, fd, entry.name) < 0)
				return -1;
	}
	return len < 0 ? fail(walk, errno) : 0;
}

static const struct record *record_at(const struct walk *walk, size_t at)
{
	return (const struct record *)(walk->records.data + at);
}

static int by_name(const void *one, const void *other, void *walk)
{
	return strcmp(record_at(walk, *(const size_t *)one)->name,
		      record_at(walk, *(const size_t *)other)->name);
}

/* The beginnings of the records after `from`, by their names: the order on the disk must not
 * matter, since it would decide which of several links is the first. */
static size_t *sort(struct walk *walk, size_t from, size_t *count)
{
	size_t room = 64, *all = xreallocarray(NULL, room, sizeof(*all));

	for (*count = 0; from < walk->records.len; ++*count) {
		if (*count == room)
			all = xreallocarray(all, room *= 2, sizeof(*all));
		all[*count] = from;
		from += record_size(record_at(walk, from)->len);
	}
	qsort_r(all, *count, sizeof(*all), by_name, walk);
	return all;
}

static int go_below(struct walk *walk, int flags);

static int visit_record(struct walk *walk, const struct record *record)
{
	size_t len = walk->path.len;
	struct found found = { .st = record->st };
	int result;

	found.name = path_append(&walk->path, record->name, record->len);
	found.path = walk->path.data;
	found.below = found.path + walk->dir_len;
	found.below += *found.below == '/';
	found.below_len = (size_t)(found.name - found.below) + record->len;
	result = walk->visit(walk->argument, &found);
	if (result == TREE_WALK_ON && S_ISDIR(found.st.st_mode))
		result = go_below(walk, O_NOFOLLOW);
	walk->path.len = len;
	walk->path.data[len] = '\0';
	return result < 0 ? -1 : 0;
}

/* Reads the directory at walk->path. */
static int go_below(struct walk *walk, int flags)
{
	int fd = open(walk->path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags), result;
	size_t from = walk->records.len, count, *all;

	if (fd < 0)
		return fail(walk, errno);
	result = read_names(walk, fd);
	close(fd);
	if (result < 0)
		return -1;
	all = sort(walk, from, &count);
	for (size_t i = 0; i < count && !result; i++)
		result = visit_record(walk, record_at(walk, all[i]));
	free(all);
	walk->records.len = from;
	return result;
}

/* Visits `dir` (or the directory that it links to) and all below it, directories before their
 * entries; does not follow symlinks. Returns 0, or -1 after reporting, or as the visit ended it: an
 * unreadable file is an error. */
static int tree_walk(const char *dir, int (*visit)(void *argument, const struct found *found),
		     void *argument, const char *why)
{
	struct walk walk = {
		.visit = visit, .argument = argument, .why = why, .dir_len = strlen(dir)
	};
	struct found found = { .path = dir, .below = "", .name = dir };
	int result;

	buffer_text(&walk.path, dir);
	if (stat(dir, &found.st) < 0)
		result = fail(&walk, errno);
	else if (!S_ISDIR(found.st.st_mode))
		result = error("%s: %s is not a directory", why, shown(dir));
	else
		result = visit(argument, &found);
	if (result == TREE_WALK_ON)
		result = go_below(&walk, 0);
	buffer_free(&walk.path);
	buffer_free(&walk.records);
	return result < 0 ? -1 : 0;
}

#define BUCKETS 4096

/* Names that share an inode. Both numbers count in full: file systems have 64-bit inode numbers. */
struct linked {
	struct linked *next;
	dev_t dev;
	ino_t ino;
	struct entry *entry;
};

struct tree {
	struct image *image;
	const struct tree_source *source;
	const char *why;
	struct linked *links[BUCKETS];
	struct buffer path; /* in the image; its first dest_len bytes stay */
	size_t dest_len;
	size_t *matches; /* of each pattern of source->without */
	struct stat output; /* of the image that is being made; 0 if it is not there */
};

static struct linked *find_linked(struct tree *tree, const struct stat *st)
{
	struct linked **bucket = &tree->links[(st->st_ino ^ st->st_dev) % BUCKETS], *linked;

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

static void free_links(struct tree *tree)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (tree->links[i]) {
			struct linked *next = tree->links[i]->next;

			free(tree->links[i]);
			tree->links[i] = next;
		}
	}
}

static struct entry *add_symlink(struct tree *tree, const struct found *found, const char *path)
{
	char target[PATH_MAX];
	ssize_t len = readlink(found->path, target, sizeof(target) - 1);

	if (len < 0) {
		error_errno(errno, "%s: cannot read symlink %s", tree->why, shown(found->path));
		return NULL;
	}
	target[len] = '\0';
	return image_add_symlink(tree->image, path, target, tree->why);
}

static struct entry *add_file(struct tree *tree, const struct found *found, const char *path)
{
	const struct stat *st = &found->st;
	struct entry *entry =
		image_add_file(tree->image, path, found->path, st->st_mode & 07777, tree->why);

	if (entry && entry->host_path && !strcmp(entry->host_path, found->path))
		entry->size = (size_t)st->st_size;
	return entry;
}

static struct entry *add_kind(struct tree *tree, const struct found *found, const char *path)
{
	const struct stat *st = &found->st;
	uint32_t perm = st->st_mode & 07777;

	switch (st->st_mode & S_IFMT) {
	case S_IFDIR:
		return image_add_dir(tree->image, path, perm, tree->why);
	case S_IFLNK:
		return add_symlink(tree, found, path);
	case S_IFREG:
		return add_file(tree, found, path);
	case S_IFCHR:
	case S_IFBLK:
		return image_add_node(tree->image, path, st->st_mode, major(st->st_rdev),
				      minor(st->st_rdev), tree->why);
	default:
		return image_add_node(tree->image, path, st->st_mode, 0, 0, tree->why);
	}
}

/* An image made in the tree that it holds would have its own last version in it. */
static bool is_output(const struct tree *tree, const struct found *found)
{
	if (!S_ISREG(found->st.st_mode) || tree->output.st_dev != found->st.st_dev ||
	    tree->output.st_ino != found->st.st_ino)
		return false;
	warning("%s: %s is the image itself, and was omitted", tree->why, shown(found->path));
	return true;
}

static int add_found(struct tree *tree, const struct found *found, const char *path)
{
	const struct stat *st = &found->st;
	struct linked *linked;
	struct entry *entry;

	if (is_output(tree, found))
		return 0;
	rights_note(st);
	if (S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode) || st->st_nlink < 2)
		return add_kind(tree, found, path) ? 0 : -1;
	linked = find_linked(tree, st);
	if (linked->entry)
		return image_add_link(tree->image, path, linked->entry, tree->why) ? 0 : -1;
	entry = add_kind(tree, found, path);
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

static int add_below(struct tree *tree, const struct found *found)
{
	struct image_defaults defaults = image_defaults(tree->image);
	const struct stat *st = &found->st;
	int result;

	if (!*found->below && !tree->dest_len && tree->source->has_root)
		return 0;
	if (!*found->below && !tree->dest_len && (st->st_mode & 0005) != 0005)
		warning("%s: %s has mode %04o, and so has / of the image: only its owner's programs "
			"find anything there (chmod 755, or a line `dir / 0755 0 0`)",
			tree->why, shown(tree->source->dir), st->st_mode & 07777);
	tree->path.len = tree->dest_len;
	if (*found->below)
		path_append(&tree->path, found->below, found->below_len);
	image_set_defaults(tree->image, tree_defaults(tree->source, defaults, st->st_uid,
						      st->st_gid, st->st_mtime));
	result = add_found(tree, found, tree->path.len ? tree->path.data : "/");
	image_set_defaults(tree->image, defaults);
	return result;
}

static int matches(const char *pattern, const struct found *found)
{
	if (!strchr(pattern, '/'))
		return !fnmatch(pattern, found->name, 0);
	return !fnmatch(pattern + (*pattern == '/'), found->below, FNM_PATHNAME);
}

static int stays_away(struct tree *tree, const struct found *found)
{
	int result = 0;

	for (size_t i = 0; *found->below && tree->source->without && tree->source->without[i]; i++)
		if (matches(tree->source->without[i], found)) {
			tree->matches[i]++;
			result = 1;
		}
	return result;
}

static void warn_of_idle_patterns(const struct tree *tree)
{
	for (size_t i = 0; tree->source->without && tree->source->without[i]; i++)
		if (!tree->matches[i])
			warning("%s: nothing in %s matches the pattern %s", tree->why,
				shown(tree->source->dir), shown(tree->source->without[i]));
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
	struct tree *tree = argument;

	if (stays_away(tree, found))
		return TREE_WALK_PAST;
	return add_below(tree, found) < 0 ? TREE_WALK_STOP : TREE_WALK_ON;
}

int tree_add(struct image *image, const struct tree_source *source, const char *why)
{
	struct tree *tree = xcalloc(1, sizeof(*tree));
	int result;

	*tree = (struct tree){ .image = image, .source = source, .why = why };
	tree->matches = count_matches(source->without);
	if (source->output && stat(source->output, &tree->output) < 0)
		tree->output = (struct stat){ 0 };
	buffer_text(&tree->path, source->dest);
	while (tree->path.len && tree->path.data[tree->path.len - 1] == '/')
		tree->path.data[--tree->path.len] = '\0';
	tree->dest_len = tree->path.len;
	result = tree_walk(source->dir, visit, tree, why);
	if (!result)
		warn_of_idle_patterns(tree);
	free_links(tree);
	buffer_free(&tree->path);
	free(tree->matches);
	free(tree);
	return result;
}
