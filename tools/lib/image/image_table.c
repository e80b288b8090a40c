/* image_table.c - the table of an image's entries: by path, in order, through symlinks. */
#include "tools/lib/image/image_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"

#define HOPS_MAX 40	/* symlinks on the way, as the kernel's MAXSYMLINKS */

static size_t bucket_of(const char *path)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (; *path; path++)
		hash = (hash ^ (uint8_t)*path) * 0x100000001b3;
	return hash % IMAGE_BUCKETS;
}

struct entry *table_find(const struct image *image, const char *path)
{
	for (struct node *node = image->buckets[bucket_of(path)]; node; node = node->next)
		if (!strcmp(node->entry.path, path))
			return &node->entry;
	return NULL;
}

void table_insert(struct image *image, struct entry *entry)
{
	struct node *node = (struct node *)entry;
	struct node **bucket = &image->buckets[bucket_of(node->entry.path)];

	node->next = *bucket;
	*bucket = node;
	image->count++;
}

int table_is_folder(const struct image *image, const char *path, size_t len)
{
	return image->folder && len == image->folder_len && !memcmp(image->folder, path, len);
}

void table_remember_folder(struct image *image, const char *path, size_t len)
{
	free(image->folder);
	image->folder = xstrndup(path, len);
	image->folder_len = len;
}

void table_forget_folder(struct image *image)
{
	free(image->folder);
	image->folder = NULL;
}

void table_remove(struct image *image, struct entry *entry)
{
	struct node *node = (struct node *)entry;
	struct node **at = &image->buckets[bucket_of(node->entry.path)];

	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	image->count--;
	table_forget_folder(image);
}

char *table_resolve(const struct image *image, const char *path, const char *why)
{
	struct buffer out = { 0 };
	char *todo = xstrdup(path), *rest = todo;
	int hops = 0;

	buffer_text(&out, "");
	while (*(rest += strspn(rest, "/"))) {
		size_t len = strcspn(rest, "/"), parent = out.len;
		struct entry *entry;

		if (len == 2 && !strncmp(rest, "..", 2)) {
			while (out.len && out.data[--out.len] != '/')
				;
			out.data[out.len] = '\0';
		} else if (len != 1 || *rest != '.') {
			buffer_text(&out, "/");
			buffer_add(&out, rest, len);
		}
		rest += len;
		entry = rest[strspn(rest, "/")] && out.len > parent ? table_find(image, out.data) : NULL;
		if (!entry || !S_ISLNK(entry->mode))
			continue;
		if (++hops > HOPS_MAX) {
			if (why)
				error("%s: %s: too many symlinks on the way (%s -> %s)", why,
				      shown(path), shown(entry->path), shown(entry->target));
			buffer_free(&out);
			break;
		}
		rest = xasprintf("%s/%s", entry->target, rest);
		free(todo);
		todo = rest;
		out.len = *entry->target == '/' ? 0 : parent;
		out.data[out.len] = '\0';
	}
	free(todo);
	if (out.data && !out.len)
		buffer_text(&out, "/");
	return out.data;
}

struct entry *image_find(const struct image *image, const char *path)
{
	const char *fault;
	char *clean = path_clean(path, &fault);
	char *place = clean ? table_resolve(image, clean, NULL) : NULL;
	struct entry *entry = place ? table_find(image, place) : NULL;

	free(place);
	free(clean);
	return entry;
}

static int by_path(const void *one, const void *other)
{
	return strcmp((*(struct entry *const *)one)->path, (*(struct entry *const *)other)->path);
}

struct entry **image_entries(const struct image *image, size_t *count)
{
	struct entry **all = xreallocarray(NULL, image->count + 1, sizeof(*all));

	*count = 0;
	for (size_t i = 0; i < IMAGE_BUCKETS; i++)
		for (struct node *node = image->buckets[i]; node; node = node->next)
			all[(*count)++] = &node->entry;
	return all;
}

struct entry **image_sorted(const struct image *image, size_t *count)
{
	struct entry **all = image_entries(image, count);

	qsort(all, *count, sizeof(*all), by_path);
	return all;
}

size_t image_count(const struct image *image)
{
	return image->count;
}

struct image_defaults image_defaults(const struct image *image)
{
	return image->defaults;
}

struct image_defaults image_set_defaults(struct image *image, struct image_defaults defaults)
{
	struct image_defaults before = image->defaults;

	image->defaults = defaults;
	return before;
}

struct image *image_new(void)
{
	struct image *image = xcalloc(1, sizeof(*image));

	image->defaults.rank = IMAGE_EXPLICIT;
	return image;
}

static void free_list(struct node *node)
{
	while (node) {
		struct node *next = node->next;

		free(node->entry.path);
		free(node->entry.target);
		free(node->entry.host_path);
		free(node->entry.data);
		free(node->entry.why);
		free(node);
		node = next;
	}
}

void image_free(struct image *image)
{
	if (!image)
		return;
	for (size_t i = 0; i < IMAGE_BUCKETS; i++)
		free_list(image->buckets[i]);
	free_list(image->dropped);
	free(image->folder);
	free(image);
}
