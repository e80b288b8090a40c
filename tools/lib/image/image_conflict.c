// SPDX-License-Identifier: MIT
/* image_conflict.c - what happens when two want one path, and when an entry goes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/file_kind.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/image/image_table.h"

static bool is_kind(const struct entry *entry, uint32_t kind)
{
	return (entry->mode & S_IFMT) == kind;
}

void entry_set_attributes(struct image *image, struct entry *entry, const struct entry *wanted)
{
	entry->mode = wanted->mode;
	entry->uid = wanted->uid;
	entry->gid = wanted->gid;
	entry->mtime = wanted->mtime;
	entry->rank = wanted->rank;
	entry->why = table_why(image, wanted->why);
}

static void leave_ring(struct node *node)
{
	struct node *before = node->same_before, *after = node->same_after;

	if (!after)
		return;
	before->same_after = after;
	after->same_before = before;
	if (before == after)
		after->same_before = after->same_after = NULL;
	node->same_before = node->same_after = NULL;
}

static void join_ring(struct node *node, struct node *inode)
{
	if (!inode->same_after)
		inode->same_before = inode->same_after = inode;
	node->same_after = inode;
	node->same_before = inode->same_before;
	inode->same_before->same_after = node;
	inode->same_before = node;
}

/* The oldest of its other names takes over what an entry holds, that is about to go. They all link
 * to the entry still, and that links to the heir: image_inode() goes on from there. */
static void leave_to_heir(struct entry *old)
{
	struct node *node = (struct node *)old;
	struct entry *heir = node->same_after ? &node->same_after->entry : NULL;

	leave_ring(node);
	if (!heir || old->link)
		return;
	heir->link = NULL;
	heir->mode = old->mode;
	heir->uid = old->uid;
	heir->gid = old->gid;
	heir->mtime = old->mtime;
	heir->host_path = old->host_path;
	heir->data = old->data;
	heir->spooled = old->spooled;
	heir->size = old->size;
	old->host_path = NULL;
	old->data = NULL;
	old->link = heir;
}

void entry_set_content(struct image *image, struct entry *entry, const struct entry *wanted)
{
	leave_ring((struct node *)entry);
	free(entry->data);
	entry->target = arena_strdup(&image->arena, wanted->target);
	entry->host_path = arena_strdup(&image->arena, wanted->host_path);
	entry->data = wanted->data ? xmemdup(wanted->data, wanted->size) : NULL;
	entry->spooled = wanted->spooled;
	entry->size = wanted->size;
	entry->rdev_major = wanted->rdev_major;
	entry->rdev_minor = wanted->rdev_minor;
	entry->link = wanted->link;
	if (entry->link)
		join_ring((struct node *)entry, (struct node *)entry->link);
}

static bool same_text(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

/* That it shares, or NULL. */
static const struct entry *inode_of(const struct entry *entry)
{
	return entry->link ? image_inode((struct entry *)entry) : NULL;
}

static bool same_content(const struct entry *one, const struct entry *other)
{
	if ((one->mode & S_IFMT) != (other->mode & S_IFMT) || inode_of(one) != inode_of(other) ||
	    !same_text(one->target, other->target) ||
	    !same_text(one->host_path, other->host_path) || one->spooled != other->spooled ||
	    one->rdev_major != other->rdev_major || one->rdev_minor != other->rdev_minor)
		return false;
	if (!one->data || !other->data)
		return one->data == other->data;
	return one->size == other->size && !memcmp(one->data, other->data, one->size);
}

static bool outranked(const struct entry *entry, const struct entry *wanted)
{
	return wanted->rank < entry->rank ||
	       (wanted->rank == entry->rank && wanted->rank == IMAGE_NEEDED);
}

/* Removes an entry. One of its other names becomes the owner of the inode. */
static void image_drop(struct image *image, struct entry *entry)
{
	struct node *node = (struct node *)entry;

	leave_to_heir(entry);
	table_remove(image, entry);
	node->next = image->dropped;
	image->dropped = node;
}

/* Moves one entry to `path`, with all that a parent symlink may change about it. */
static int move_entry(struct image *image, struct entry *entry, const char *path, const char *why)
{
	char *place = table_resolve(image, path, why);
	struct entry *there = place ? table_find(image, place) : NULL;
	int result = -1;

	if (place && !there) {
		table_remove(image, entry);
		entry->path = arena_strdup(&image->arena, place);
		table_insert(image, entry);
		result = image_create_parents(image, place, why);
	} else if (place && (is_kind(there, S_IFDIR) ? is_kind(entry, S_IFDIR)
						     : same_content(there, entry))) {
		image_drop(image, entry);
		result = 0;
	} else if (place) {
		error("%s: %s (%s) and %s (%s) become one", why, shown(entry->path), entry->why,
		      shown(place), there->why);
	}
	free(place);
	return result;
}

/* A symlink takes the place of a directory, whose entries move to where it points. */
static int move_children(struct image *image, const char *from, const char *target, const char *why)
{
	size_t count, len = strlen(from);
	char *parent = path_parent(from),
	     *to = *target == '/' ? xstrdup(target) : path_join(parent, target);
	struct entry **all = table_below(image, from, &count);
	int result = 0;

	entries_sort(all, count);
	for (size_t i = 0; i < count && !result; i++) {
		char *path = path_join(to, all[i]->path + len);

		result = move_entry(image, all[i], path, why);
		free(path);
	}
	free(all);
	free(parent);
	free(to);
	return result;
}

/* A program's symlink (/bin -> usr/bin) and a directory that another line wants there: with the
 * symlink, and the directory's entries at its target, every path of both resolves. */
static bool symlink_replaces_directory(const struct entry *dir, const struct entry *symlink)
{
	return is_kind(symlink, S_IFLNK) && is_kind(dir, S_IFDIR) &&
	       (dir->rank <= IMAGE_NEEDED || symlink->rank == IMAGE_NEEDED ||
		symlink->rank == IMAGE_PROGRAM);
}

static bool symlink_stays(const struct entry *symlink, const struct entry *wanted)
{
	return is_kind(wanted, S_IFDIR) && is_kind(symlink, S_IFLNK) &&
	       (symlink->rank == IMAGE_NEEDED || symlink->rank == IMAGE_PROGRAM);
}

/* Other names keep the shared inode; this one gets a new one. */
static struct entry *new_inode(struct image *image, struct entry *old)
{
	struct entry *entry = table_new(image);

	entry->path = old->path;
	image_drop(image, old);
	table_insert(image, entry);
	return entry;
}

static struct entry *replace(struct image *image, struct entry *entry, const struct entry *wanted)
{
	bool moves = symlink_replaces_directory(entry, wanted);

	if (is_kind(entry, S_IFDIR) && !moves && image_has_below(image, entry->path)) {
		error("%s: %s is a directory that is not empty (%s) and cannot become a %s",
		      wanted->why, shown(entry->path), entry->why, file_kind(wanted->mode).title);
		return NULL;
	}
	if (wanted->rank == IMAGE_EXPLICIT && entry->rank == IMAGE_EXPLICIT)
		warning("%s: %s replaces the entry that %s added", wanted->why, shown(entry->path),
			entry->why);
	table_forget_directories(image);
	if (!entry->link && ((struct node *)entry)->same_after)
		entry = new_inode(image, entry);
	entry_set_attributes(image, entry, wanted);
	entry_set_content(image, entry, wanted);
	if (moves && move_children(image, entry->path, entry->target, entry->why) < 0)
		return NULL;
	return entry;
}

struct entry *image_resolve_conflict(struct image *image, struct entry *entry,
				     const struct entry *wanted)
{
	if (symlink_stays(entry, wanted))
		return entry;
	if (outranked(entry, wanted) && !symlink_replaces_directory(entry, wanted))
		return entry;
	if (!same_content(entry, wanted))
		return replace(image, entry, wanted);
	if (!entry->link)
		entry_set_attributes(image, entry, wanted);
	return entry;
}

void image_remove(struct image *image, const char *path, enum image_removal removal,
		  unsigned int keep)
{
	struct entry *top = table_find(image, path);
	size_t count;
	struct entry **all = table_below(image, path, &count);

	while (count--)
		if (!keep || all[count]->layer != keep)
			image_drop(image, all[count]);
	if (removal == REMOVE_INCLUSIVE && top && (!keep || top->layer != keep))
		image_drop(image, top);
	free(all);
}
