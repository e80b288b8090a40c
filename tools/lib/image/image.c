/* image.c - adding entries to an image. */
#include "tools/lib/image/image.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/image/image_table.h"

static struct entry *create(struct image *image, const char *path, const struct entry *wanted)
{
	struct node *node = xcalloc(1, sizeof(*node));

	node->entry.path = xstrdup(path);
	entry_set_attributes(&node->entry, wanted);
	entry_set_content(&node->entry, wanted);
	table_insert(image, &node->entry);
	return &node->entry;
}

/* The directories above a resolved path. 0, or -1 after reporting. */
int image_create_parents(struct image *image, const char *path, const char *why)
{
	struct entry parent = { .mode = S_IFDIR | 0755, .mtime = image->defaults.mtime,
				.rank = IMAGE_PARENT, .why = (char *)why };

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *dir = xstrndup(path, (size_t)(slash - path));
		struct entry *entry = table_find(image, dir);

		if (!entry)
			entry = create(image, dir, &parent);
		free(dir);
		if (S_ISDIR(entry->mode))
			continue;
		return error("%s: %s cannot be below %s, a %s (%s)", why, shown(path),
			     shown(entry->path), entry_kind(entry), entry->why);
	}
	return 0;
}

/* Where a clean path leads, with the directories above it made; malloc'd, or NULL after reporting. */
static char *place_for(struct image *image, const char *clean, const char *why)
{
	size_t len = (size_t)(strrchr(clean, '/') - clean);
	char *place;

	if (table_is_folder(image, clean, len))
		return xstrdup(clean);
	place = table_resolve(image, clean, why);
	if (place && image_create_parents(image, place, why) < 0) {
		free(place);
		return NULL;
	}
	if (place && len && !strcmp(place, clean))
		table_remember_folder(image, clean, len);
	return place;
}

/* `wanted` holds everything but rank and owner, in strings that it borrows. */
static struct entry *add(struct image *image, const char *path, struct entry *wanted)
{
	const char *fault;
	char *clean = path_clean(path, &fault), *place;
	struct entry *entry = NULL;

	if (!clean) {
		error("%s: %s: %s", wanted->why, shown(path), fault);
		return NULL;
	}
	wanted->rank = (int)image->defaults.rank;
	if (!strncmp(wanted->why, "needed by", 9))
		wanted->rank = IMAGE_NEEDED;
	if (!wanted->link) {
		wanted->uid = image->defaults.uid;
		wanted->gid = image->defaults.gid;
		wanted->mtime = image->defaults.mtime;
	}
	place = place_for(image, clean, wanted->why);
	if (place) {
		entry = table_find(image, place);
		if (wanted->link && entry == wanted->link)
			;
		else if (entry)
			entry = image_settle(image, entry, wanted);
		else
			entry = create(image, place, wanted);
	}
	free(place);
	free(clean);
	return entry;
}

struct entry *image_add_dir(struct image *image, const char *path, uint32_t perm, const char *why)
{
	struct entry wanted = { .mode = S_IFDIR | (perm & 07777), .why = (char *)why };

	return add(image, path, &wanted);
}

struct entry *image_add_file(struct image *image, const char *path, const char *host_path,
			     uint32_t perm, const char *why)
{
	struct entry wanted = { .mode = S_IFREG | (perm & 07777), .host_path = (char *)host_path,
				.why = (char *)why };

	return add(image, path, &wanted);
}

struct entry *image_add_data(struct image *image, const char *path, const void *data, size_t size,
			     uint32_t perm, const char *why)
{
	struct entry wanted = { .mode = S_IFREG | (perm & 07777), .size = size, .why = (char *)why,
				.data = size ? (void *)data : (void *)"" };

	return add(image, path, &wanted);
}

struct entry *image_add_spooled(struct image *image, const char *path, int64_t at, size_t size,
				uint32_t perm, const char *why)
{
	struct entry wanted = { .mode = S_IFREG | (perm & 07777), .spooled = at + 1, .size = size,
				.why = (char *)why };

	return add(image, path, &wanted);
}

struct entry *image_add_symlink(struct image *image, const char *path, const char *target,
				const char *why)
{
	struct entry wanted = { .mode = S_IFLNK | 0777, .target = (char *)target,
				.why = (char *)why };

	if (*target && strlen(target) < PATH_MAX)
		return add(image, path, &wanted);
	error("%s: %s: a symlink's text has 1 to %d bytes, not %zu", why, shown(path),
	      PATH_MAX - 1, strlen(target));
	return NULL;
}

struct entry *image_add_node(struct image *image, const char *path, uint32_t mode, uint32_t major,
			     uint32_t minor, const char *why)
{
	struct entry wanted = { .mode = mode, .rdev_major = major, .rdev_minor = minor,
				.why = (char *)why };

	return add(image, path, &wanted);
}

struct entry *image_add_link(struct image *image, const char *path, struct entry *to,
			     const char *why)
{
	struct entry wanted = { .link = image_inode(to), .why = (char *)why };

	wanted.mode = wanted.link->mode;
	wanted.uid = wanted.link->uid;
	wanted.gid = wanted.link->gid;
	wanted.mtime = wanted.link->mtime;
	wanted.rdev_major = wanted.link->rdev_major;
	wanted.rdev_minor = wanted.link->rdev_minor;
	return add(image, path, &wanted);
}

struct entry *image_inode(struct entry *entry)
{
	return entry->link ? entry->link : entry;
}
