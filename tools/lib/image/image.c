// SPDX-License-Identifier: MIT
/* image.c - adding entries to an image. */
#include "tools/lib/image/image.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/file_kind.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/image/image_table.h"

static struct entry *create(struct image *image, const char *path, const struct entry *wanted)
{
	struct entry *entry = table_new(image);

	entry->path = arena_strdup(&image->arena, path);
	entry_set_attributes(image, entry, wanted);
	entry_set_content(image, entry, wanted);
	table_insert(image, entry);
	return entry;
}

/* The directories above a resolved path. 0, or -1 after reporting. */
int image_create_parents(struct image *image, const char *path, const char *why)
{
	struct entry parent = { .mode = S_IFDIR | 0755,
				.mtime = image->defaults.mtime,
				.rank = IMAGE_PARENT,
				.why = why };

	if (table_is_in_directory(image, path))
		return 0;
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *dir = xstrndup(path, (size_t)(slash - path));
		struct entry *entry = table_find(image, dir);

		if (!entry)
			entry = create(image, dir, &parent);
		free(dir);
		if (S_ISDIR(entry->mode)) {
			table_remember_directory(image, entry);
			continue;
		}
		return error("%s: %s cannot be below %s, a %s (%s)", why, shown(path),
			     shown(entry->path), file_kind(entry->mode).title, entry->why);
	}
	return 0;
}

/* Where a clean path leads, with the directories above it made; malloc'd, or NULL after
 * reporting. */
static char *place_for(struct image *image, const char *clean, const char *why)
{
	char *place = table_remembered(image, clean);

	if (place)
		return place;
	place = table_resolve(image, clean, why);
	if (place && image_create_parents(image, place, why) < 0) {
		free(place);
		return NULL;
	}
	if (place)
		table_remember_way(image, clean, place);
	return place;
}

static void set_defaults(const struct image *image, struct entry *wanted)
{
	wanted->rank = (int)image->defaults.rank;
	if (!strncmp(wanted->why, "needed by", 9))
		wanted->rank = IMAGE_NEEDED;
	if (!wanted->link) {
		wanted->uid = image->defaults.uid;
		wanted->gid = image->defaults.gid;
		wanted->mtime = image->defaults.mtime;
	}
}

/* At a place to which no symlink leads, in a directory that is there. */
static struct entry *add_at(struct image *image, const char *place, const struct entry *wanted)
{
	struct entry *entry = table_find(image, place);

	if (wanted->link && entry == wanted->link)
		return entry;
	if (entry)
		entry = image_resolve_conflict(image, entry, wanted);
	else
		entry = create(image, place, wanted);
	if (entry && S_ISDIR(entry->mode))
		table_remember_directory(image, entry);
	return entry;
}

/* Whether a path is clean and in a directory that is known: nothing has to be looked up, nor
 * copied. */
static bool is_plain(struct image *image, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash + 1;
	size_t len;

	if (!slash)
		return false;
	len = strlen(name);
	if (!len || len > NAME_MAX || (size_t)(name - path) + len > PATH_MAX ||
	    (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
		return false;
	return table_is_in_directory(image, path);
}

/* `wanted` holds everything but rank and owner, in strings that it borrows. */
static struct entry *add(struct image *image, const char *path, struct entry *wanted)
{
	struct entry *entry;
	const char *fault;
	char *clean, *place;

	set_defaults(image, wanted);
	if (is_plain(image, path))
		return add_at(image, path, wanted);
	clean = path_clean(path, &fault);
	if (!clean) {
		error("%s: %s: %s", wanted->why, shown(path), fault);
		return NULL;
	}
	place = place_for(image, clean, wanted->why);
	entry = place ? add_at(image, place, wanted) : NULL;
	free(place);
	free(clean);
	return entry;
}

struct entry *image_add_dir(struct image *image, const char *path, uint32_t perm, const char *why)
{
	struct entry wanted = { .mode = S_IFDIR | (perm & 07777), .why = why };

	return add(image, path, &wanted);
}

struct entry *image_add_file(struct image *image, const char *path, const char *host_path,
			     uint32_t perm, const char *why)
{
	struct entry wanted = { .mode = S_IFREG | (perm & 07777),
				.host_path = host_path,
				.why = why };

	return add(image, path, &wanted);
}

struct entry *image_add_data(struct image *image, const char *path, const void *data, size_t size,
			     uint32_t perm, const char *why)
{
	struct entry wanted = { .mode = S_IFREG | (perm & 07777),
				.size = size,
				.why = why,
				.data = size ? (void *)data : (void *)"" };

	return add(image, path, &wanted);
}

int image_add_words(struct image *image, const char *path, char *const *words, const char *why)
{
	struct buffer text = { 0 };
	int result;

	for (; *words; words++)
		buffer_add(&text, *words, strlen(*words) + 1);
	result = image_add_data(image, path, text.data, text.len, 0644, why) ? 0 : -1;
	buffer_free(&text);
	return result;
}

struct entry *image_add_spooled(struct image *image, const char *path, int64_t at, size_t size,
				uint32_t perm, const char *why)
{
	struct entry wanted = {
		.mode = S_IFREG | (perm & 07777), .spooled = at + 1, .size = size, .why = why
	};

	return add(image, path, &wanted);
}

struct entry *image_add_symlink(struct image *image, const char *path, const char *target,
				const char *why)
{
	struct entry wanted = { .mode = S_IFLNK | 0777, .target = target, .why = why };

	if (*target && strlen(target) < PATH_MAX)
		return add(image, path, &wanted);
	error("%s: %s: a symlink's target has 1 to %d bytes, not %zu", why, shown(path),
	      PATH_MAX - 1, strlen(target));
	return NULL;
}

struct entry *image_add_node(struct image *image, const char *path, uint32_t mode, uint32_t major,
			     uint32_t minor, const char *why)
{
	struct entry wanted = {
		.mode = mode, .rdev_major = major, .rdev_minor = minor, .why = why
	};

	return add(image, path, &wanted);
}

struct entry *image_add_link(struct image *image, const char *path, struct entry *to,
			     const char *why)
{
	struct entry wanted = { .link = image_inode(to), .why = why };

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
	/* The entry it links to may be gone, and replaced by an heir: shorten the chain. */
	while (entry->link && entry->link->link)
		entry->link = entry->link->link;
	return entry->link ? entry->link : entry;
}
