/* check_unpack.c - the tree that the kernel makes of an image's entries, one after another. */
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/walk.h"
#include "tools/lib/check/check.h"

struct node {
	char *path; /* NULL: a free slot */
	uint32_t kind; /* S_IFMT */
	struct span target; /* of a symlink */
	size_t children; /* of a folder: names that were ever made in it */
	int is_kernels; /* it was there before the image */
};

struct tree {
	struct node *slots;
	size_t size; /* a power of two, never full */
};

static const char parents_first[] =
	"add the folder before what lies in it (rdinit pack does so by itself)";
static const char one_kind[] = "leave one of the two out";

static struct node *find(const struct tree *tree, const char *path)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
	size_t at;

	for (const char *letter = path; *letter; letter++)
		hash = (hash ^ (uint8_t)*letter) * 0x100000001b3u;
	at = (size_t)(hash ^ hash >> 32) & (tree->size - 1);
	while (tree->slots[at].path && strcmp(tree->slots[at].path, path))
		at = (at + 1) & (tree->size - 1);
	return &tree->slots[at];
}

static void put(const struct tree *tree, const char *path, uint32_t mode, struct span target)
{
	struct node *node = find(tree, path);

	if (!node->path)
		*node = (struct node){ .path = xstrdup(path) };
	node->kind = mode & S_IFMT;
	node->target = target;
	node->is_kernels = 0;
}

/* What every kernel has in its own initramfs before ours (usr/default_cpio_list), unless it was
 * built with another one. */
static void plant(const struct tree *tree)
{
	static const struct span none = { NULL, 0 };

	put(tree, "/", S_IFDIR, none);
	put(tree, "/dev", S_IFDIR, none);
	put(tree, "/dev/console", S_IFCHR, none);
	find(tree, "/dev")->children = 1;
	put(tree, "/root", S_IFDIR, none);
	for (size_t i = 0; i < tree->size; i++)
		tree->slots[i].is_kernels = 1;
}

/* Where `path` really is by now; malloc'd, or NULL: its folder is not there. */
static char *real_path(const struct tree *tree, const char *path)
{
	struct walk walk;
	char *real;
	int failed = 0;

	walk_start(&walk, path);
	while (!failed && walk_next(&walk) && !walk_is_last(&walk)) {
		const struct node *node = find(tree, walk.at.data);

		if (node->path && node->kind == S_IFLNK)
			failed = walk_symlink(&walk, (const char *)node->target.data,
					      node->target.len);
		else
			failed = !node->path || node->kind != S_IFDIR;
	}
	real = failed ? NULL : xstrdup(walk.at.data);
	walk_end(&walk);
	return real;
}

/* Microcode and ACPI tables are read from the archive itself, before there is any tree. */
static int is_early(const struct archive_entry *entry)
{
	return !strncmp(entry->path, "/kernel/", 8);
}

static void lose(struct check *check, const struct archive_entry *entry, const char *cure,
		 const char *why)
{
	if (!is_early(entry))
		check_say(check, CHECK_LOST_ENTRY, CHECK_ERROR, cure,
			  "%s is lost without a word: %s", shown(entry->path), why);
}

/* The kernel takes away what is there of another kind. 1: it cannot, and drops the new one. */
static int clear_way(struct check *check, const struct archive_entry *entry, const struct node *old)
{
	uint32_t kind = entry->newc.fields.mode & S_IFMT;

	if (!old->path || (old->kind == kind && kind != S_IFLNK))
		return 0;
	if (old->kind == S_IFDIR && (old->children || !strcmp(old->path, "/"))) {
		lose(check, entry, one_kind, "a folder with something in it has this name");
		return 1;
	}
	if (old->kind != kind && !old->is_kernels && !is_early(entry))
		check_say(
			check, CHECK_LOST_ENTRY, CHECK_WARNING, one_kind,
			"%s comes twice, and the later one, of another kind, replaces the earlier",
			shown(entry->path));
	return 0;
}

/* 1 where the entry became part of the tree; its path is then the real one. */
static int plant_entry(struct check *check, const struct tree *tree, struct archive_entry *entry)
{
	char *real = real_path(tree, entry->path);
	struct node *node;

	if (!real) {
		lose(check, entry, parents_first, "its folder is not there by then");
		return 0;
	}
	free(entry->path);
	entry->path = real;
	node = find(tree, real);
	if (clear_way(check, entry, node))
		return 0;
	if (!node->path) {
		char *parent = path_parent(real);

		find(tree, parent)->children++;
		free(parent);
	}
	put(tree, real, entry->newc.fields.mode, entry->newc.data);
	return 1;
}

void check_unpack(struct check *check)
{
	struct archive *archive = check->archive;
	struct tree tree = { .size = 64 };
	size_t kept = 0;

	while (tree.size < 2 * archive->count + 16)
		tree.size *= 2;
	tree.slots = xcalloc(tree.size, sizeof(*tree.slots));
	plant(&tree);
	for (size_t i = 0; i < archive->count; i++) {
		if (plant_entry(check, &tree, &archive->entries[i]))
			archive->entries[kept++] = archive->entries[i];
		else
			free(archive->entries[i].path);
	}
	archive->count = kept;
	archive_index(archive);
	for (size_t i = 0; i < tree.size; i++)
		free(tree.slots[i].path);
	free(tree.slots);
}
