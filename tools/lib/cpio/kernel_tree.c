// SPDX-License-Identifier: MIT
/* kernel_tree.c - the tree that the kernel makes of an archive's entries, in memory. */
#include "tools/lib/cpio/kernel_tree.h"

#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/walk.h"

/* The first name of a file that may get more of them. The kernel keeps its path, not the file. */
struct link {
	const struct archive_entry *first;
};

/* Balanced trees, because a stranger chooses the names: a hash can be made to collide. */
static int by_name(const void *one, const void *other)
{
	const struct kernel_name *a = one, *b = other;
	size_t len = a->len < b->len ? a->len : b->len;
	int order;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	order = memcmp(a->name, b->name, len);
	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int by_number(const void *one, const void *other)
{
	const struct newc_entry *a = &((const struct link *)one)->first->newc;
	const struct newc_entry *b = &((const struct link *)other)->first->newc;
	const uint32_t left[] = { a->archive, a->fields.ino, a->fields.dev_major,
				  a->fields.dev_minor, a->fields.mode & S_IFMT };
	const uint32_t right[] = { b->archive, b->fields.ino, b->fields.dev_major,
				   b->fields.dev_minor, b->fields.mode & S_IFMT };

	for (size_t i = 0; i < COUNT(left); i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

static const struct newc_entry *content_of(const struct kernel_tree *tree,
					   const struct kernel_name *name)
{
	return &tree->archive->entries[name->inode->content].newc;
}

static uint32_t kind_of(const struct kernel_name *name)
{
	return name->inode->kind;
}

/* What the kernel opens: the path that the entry had when it was read. */
static const char *way_of(const struct archive_entry *entry)
{
	return entry->way ? entry->way : entry->path;
}

static struct kernel_name *find(const struct kernel_tree *tree, struct kernel_name *parent,
				const char *name, size_t len)
{
	const struct kernel_name key = { .name = name, .len = len, .parent = parent };
	struct kernel_name **found = tfind(&key, &tree->names, by_name);

	return found ? *found : NULL;
}

/* Where the text of a symlink leads from a directory, and what follows it; *text holds it. */
static const char *follow(const struct newc_entry *symlink, const char *rest, char **text)
{
	char *target = xstrndup((const char *)symlink->data.data, symlink->data.len);

	rest = xasprintf("%s/%s", target, rest);
	free(target);
	free(*text);
	*text = (char *)rest;
	return rest;
}

/* From a directory by `len` bytes of `path` to another directory, or NULL. */
static struct kernel_name *descend(struct kernel_tree *tree, const char *path, size_t len)
{
	struct kernel_name *at = &tree->root;
	char *text = xstrndup(path, len);
	const char *rest = text;
	int links = 0;

	while (at && *(rest += strspn(rest, "/"))) {
		size_t size = strcspn(rest, "/");
		struct kernel_name *next = find(tree, at, rest, size);

		if (size == 2 && !memcmp(rest, "..", 2))
			next = at->parent ? at->parent : at;
		else if (size == 1 && *rest == '.')
			next = at;
		rest += size;
		if (next && kind_of(next) == S_IFLNK && links++ < WALK_SYMLINKS_MAX) {
			rest = follow(content_of(tree, next), rest, &text);
			at = *rest == '/' ? &tree->root : at;
		} else {
			at = next && kind_of(next) == S_IFDIR ? next : NULL;
		}
	}
	free(text);
	return at;
}

/* The directory that a clean path lies in, or NULL. Most entries lie where the last one did. */
static struct kernel_name *parent_of(struct kernel_tree *tree, const char *path)
{
	size_t len = (size_t)(path_name(path) - path);

	if (!tree->known || tree->known_len != len || memcmp(tree->known, path, len)) {
		tree->known_parent = descend(tree, path, len);
		tree->known = tree->known_parent ? path : NULL;
		tree->known_len = len;
	}
	return tree->known_parent;
}

static struct kernel_inode *new_inode(struct kernel_tree *tree, uint32_t kind, size_t index)
{
	struct kernel_inode *inode = arena_alloc(&tree->arena, sizeof(*inode));

	inode->kind = kind;
	inode->entry = inode->content = index;
	inode->number = ++tree->inodes;
	return inode;
}

static struct kernel_name *add_text(struct kernel_tree *tree, struct kernel_name *parent,
				    const char *text, size_t index, struct kernel_inode *inode)
{
	struct kernel_name *name = arena_alloc(&tree->arena, sizeof(*name));

	name->name = text;
	name->len = strlen(text);
	name->parent = parent;
	name->inode = inode;
	name->entry = index;
	name->before = parent->last;
	*(parent->last ? &parent->last->next : &parent->first) = name;
	parent->last = name;
	inode->names++;
	tree->of_entry[index] = name;
	if (!tsearch(name, &tree->names, by_name))
		exit(error("out of memory"));
	return name;
}

static void add_name(struct kernel_tree *tree, struct kernel_name *parent, size_t index,
		     struct kernel_inode *inode)
{
	add_text(tree, parent, path_name(way_of(&tree->archive->entries[index])), index, inode);
}

static void remove_name(struct kernel_tree *tree, struct kernel_name *name)
{
	tdelete(name, &tree->names, by_name);
	*(name->before ? &name->before->next : &name->parent->first) = name->next;
	*(name->next ? &name->next->before : &name->parent->last) = name->before;
	name->inode->names--;
	tree->of_entry[name->entry] = NULL;
	tree->known = NULL; /* it may have been on that way */
}

/* Nodes from before the first entry have no entry: their number is the one after the last. */
static bool is_kernels(const struct kernel_tree *tree, const struct kernel_inode *inode)
{
	return inode->content == tree->archive->count;
}

/* An entry whose name is there already. */
static void name_again(struct kernel_tree *tree, struct kernel_name *name, size_t index)
{
	tree->of_entry[name->entry] = NULL;
	tree->of_entry[index] = name;
	name->entry = index;
	name->inode->entry = index;
	if (is_kernels(tree, name->inode))
		name->inode->content = index;
}

const char *const kernel_losses[KERNEL_LOSSES] = {
	[KERNEL_NO_DIRECTORY] = "its directory is missing",
	[KERNEL_IN_THE_WAY] = "it cannot replace a directory that is not empty",
	[KERNEL_WAS_THE_WAY] = "it replaces a part of its own path",
	[KERNEL_NO_FIRST] = "the first name of its file does not exist yet",
	[KERNEL_NO_TEXT] = "a symlink's target has 1 to 4095 bytes",
	[KERNEL_NO_KIND] = "its mode is not that of any kind of file",
};

#define MADE (-1) /* else an enum kernel_loss */

/* Takes away what is of another kind than `kind`; 0: of any kind. *there is what stays, or NULL. */
static int clear_way(struct kernel_tree *tree, struct kernel_name *parent, size_t index,
		     uint32_t kind, struct kernel_name **there)
{
	const struct archive_entry *entry = &tree->archive->entries[index];
	const char *name = path_name(way_of(entry));

	*there = find(tree, parent, name, strlen(name));
	if (!*there || kind_of(*there) == kind)
		return MADE;
	if ((*there)->first)
		return KERNEL_IN_THE_WAY;
	if (tree->watch->replaces && !is_kernels(tree, (*there)->inode) &&
	    kind_of(*there) != (entry->newc.fields.mode & S_IFMT))
		tree->watch->replaces(tree->watch->context, index);
	remove_name(tree, *there);
	*there = NULL;
	return parent_of(tree, way_of(entry)) ? MADE : KERNEL_WAS_THE_WAY;
}

/* The path of the first entry of the same number, kept from the first on, whether that could be
 * made or not; NULL if this is the first one. find_link() of the kernel. */
static const char *first_of(struct kernel_tree *tree, size_t index)
{
	const struct archive_entry *entry = &tree->archive->entries[index];
	uint32_t kind = entry->newc.fields.mode & S_IFMT;
	struct link *link, **found;

	if (entry->newc.fields.nlink < 2 || kind == S_IFDIR || kind == S_IFLNK || !kind)
		return NULL;
	link = arena_alloc(&tree->arena, sizeof(*link));
	link->first = entry;
	found = tsearch(link, &tree->links, by_number);
	if (!found)
		exit(error("out of memory"));
	return *found == link ? NULL : way_of((*found)->first);
}

/* One more name of what is at the path `first` by now. */
static int link_to(struct kernel_tree *tree, struct kernel_name *parent, size_t index,
		   const char *first)
{
	const char *name = path_name(first);
	struct kernel_name *there, *first_parent, *from = NULL;
	int loss = clear_way(tree, parent, index, 0, &there);

	if (loss != MADE)
		return loss;
	first_parent = parent_of(tree, first);
	if (first_parent)
		from = find(tree, first_parent, name, strlen(name));
	if (!from || kind_of(from) == S_IFDIR)
		return KERNEL_NO_FIRST;
	add_name(tree, parent, index, from->inode);
	return MADE;
}

/* A file that has got one more name is opened by it and written, if the entry has bytes. */
static void write_linked(struct kernel_tree *tree, size_t index)
{
	struct kernel_name *name = tree->of_entry[index];

	if (kind_of(name) != S_IFREG)
		return;
	name->inode->entry = index;
	if (tree->archive->entries[index].newc.data.len)
		name->inode->content = index;
}

/* One that cannot be made still gives its mode and owner to what is there. */
static bool is_node(uint32_t kind)
{
	return kind == S_IFCHR || kind == S_IFBLK || kind == S_IFIFO || kind == S_IFSOCK;
}

/* Files, directories and nodes. */
static int apply_name(struct kernel_tree *tree, struct kernel_name *parent, size_t index,
		      const char *first)
{
	uint32_t kind = tree->archive->entries[index].newc.fields.mode & S_IFMT;
	struct kernel_name *there;
	int loss = clear_way(tree, parent, index, kind, &there);

	if (loss == MADE && first)
		loss = link_to(tree, parent, index, first);
	if (loss == KERNEL_IN_THE_WAY && !first && is_node(kind))
		there->inode->entry = index;
	if (loss != MADE)
		return loss;
	if (first && kind == S_IFREG)
		write_linked(tree, index);
	if (first)
		return MADE;
	if (!there) {
		add_name(tree, parent, index, new_inode(tree, kind, index));
		return MADE;
	}
	name_again(tree, there, index);
	if (kind == S_IFREG)
		there->inode->content = index;
	return MADE;
}

static int apply_symlink(struct kernel_tree *tree, struct kernel_name *parent, size_t index)
{
	const struct archive_entry *entry = &tree->archive->entries[index];
	size_t len = strnlen((const char *)entry->newc.data.data, entry->newc.data.len);
	struct kernel_name *there;
	int loss = clear_way(tree, parent, index, 0, &there);

	if (loss != MADE)
		return loss;
	if (!len || len > PATH_MAX - 1)
		return KERNEL_NO_TEXT;
	add_name(tree, parent, index, new_inode(tree, S_IFLNK, index));
	return MADE;
}

/* "/", and what a name that ends with ".." leads to: a directory with something in it, or NULL. */
static int apply_directory(struct kernel_tree *tree, struct kernel_name *there, size_t index,
			   const char *first)
{
	uint32_t kind = tree->archive->entries[index].newc.fields.mode & S_IFMT;

	if (!there)
		return KERNEL_NO_DIRECTORY;
	if (kind == S_IFDIR)
		name_again(tree, there, index);
	else if (!first && is_node(kind))
		there->inode->entry = index;
	return kind == S_IFDIR ? MADE : KERNEL_IN_THE_WAY;
}

static int apply(struct kernel_tree *tree, size_t index)
{
	const struct archive_entry *entry = &tree->archive->entries[index];
	uint32_t kind = entry->newc.fields.mode & S_IFMT;
	const char *first = first_of(tree, index);
	const char *way = way_of(entry);
	struct kernel_name *parent, *there;

	if (!way[1] || !strcmp(path_name(way), ".."))
		return apply_directory(tree, descend(tree, way, strlen(way)), index, first);
	parent = parent_of(tree, way);
	if (!parent)
		return KERNEL_NO_DIRECTORY;
	switch (kind) {
	case S_IFLNK:
		return apply_symlink(tree, parent, index);
	case S_IFREG:
	case S_IFDIR:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return apply_name(tree, parent, index, first);
	default:
		clear_way(tree, parent, index, 0, &there);
		return KERNEL_NO_KIND;
	}
}

/* Source: usr/default_cpio_list. */
static void plant(struct kernel_tree *tree)
{
	size_t none = tree->archive->count;
	struct kernel_name *dev =
		add_text(tree, &tree->root, "dev", none, new_inode(tree, S_IFDIR, none));

	add_text(tree, dev, "console", none, new_inode(tree, S_IFCHR, none));
	add_text(tree, &tree->root, "root", none, new_inode(tree, S_IFDIR, none));
}

static void apply_and_tell(struct kernel_tree *tree, size_t index)
{
	const struct kernel_watch *watch = tree->watch;
	int loss = apply(tree, index);

	tree->lost += loss != MADE;
	if (loss != MADE && watch->lost)
		watch->lost(watch->context, index, (enum kernel_loss)loss);
	if (loss == MADE && watch->made)
		watch->made(watch->context, index, tree->of_entry[index]);
}

struct kernel_tree *kernel_tree_new(const struct archive *archive, const struct kernel_watch *watch)
{
	struct kernel_tree *tree = xcalloc(1, sizeof(*tree));
	size_t none = archive->count;

	tree->archive = archive;
	tree->watch = watch;
	/* One more, for what no entry names. */
	tree->of_entry = xcalloc(archive->count + 1, sizeof(*tree->of_entry));
	tree->root_inode = (struct kernel_inode){
		.kind = S_IFDIR, .entry = none, .content = none, .names = 1
	};
	tree->root = (struct kernel_name){ .name = "", .inode = &tree->root_inode, .entry = none };
	if (watch->has_default)
		plant(tree);
	for (size_t i = 0; i < archive->count; i++)
		apply_and_tell(tree, i);
	return tree;
}

static void keep(void *node)
{
	(void)node; /* it is the arena's */
}

void kernel_tree_free(struct kernel_tree *tree)
{
	if (!tree)
		return;
	tdestroy(tree->names, keep);
	tdestroy(tree->links, keep);
	arena_free(&tree->arena);
	free(tree->of_entry);
	free(tree);
}

void kernel_tree_path(const struct kernel_name *name, struct buffer *path)
{
	size_t len = 0;
	char *end;

	for (const struct kernel_name *at = name; at->parent; at = at->parent)
		len += at->len + 1;
	if (!len) {
		buffer_text(path, "/");
		return;
	}
	end = (char *)buffer_space(path, len) + len;
	for (const struct kernel_name *at = name; at->parent; at = at->parent) {
		end -= at->len;
		memcpy(end, at->name, at->len);
		*--end = '/';
	}
}

/* As the archive calls it, if that still leads there; malloc'd. */
static char *path_for(struct kernel_tree *tree, const struct kernel_name *name)
{
	const char *path = tree->archive->entries[name->entry].path;
	struct kernel_name *parent = path[1] ? parent_of(tree, path) : NULL;
	struct buffer real = { NULL, 0, 0 };

	if (!name->parent || parent == name->parent)
		return xstrdup(path);
	kernel_tree_path(name, &real);
	return real.data;
}

static struct newc_entry entry_for(const struct kernel_tree *tree, const struct kernel_name *name)
{
	const struct newc_entry *owner = &tree->archive->entries[name->inode->entry].newc;
	const struct newc_entry *content = &tree->archive->entries[name->inode->content].newc;
	struct newc_entry newc = *owner;

	newc.archive = 0;
	newc.fields.mode = (owner->fields.mode & ~(uint32_t)S_IFMT) | name->inode->kind;
	newc.data = content->data;
	newc.fields.size = (uint32_t)content->data.len;
	newc.fields.rdev_major = content->fields.rdev_major;
	newc.fields.rdev_minor = content->fields.rdev_minor;
	newc.fields.dev_major = newc.fields.dev_minor = 0;
	newc.fields.ino = (uint32_t)name->inode->number;
	newc.fields.nlink = (uint32_t)name->inode->names;
	return newc;
}

struct archive *kernel_tree_archive(struct kernel_tree *tree)
{
	struct archive *left = xcalloc(1, sizeof(*left));

	left->name = xstrdup(tree->archive->name);
	left->bootconfig = tree->archive->bootconfig;
	archive_add_segment(left, COMPRESS_NONE, 0);
	for (size_t i = 0; i < tree->archive->count; i++) {
		const struct kernel_name *name = tree->of_entry[i];
		struct newc_entry newc;

		if (!name)
			continue;
		newc = entry_for(tree, name);
		archive_add_entry(left, &newc, path_for(tree, name));
	}
	archive_index(left);
	return left;
}
