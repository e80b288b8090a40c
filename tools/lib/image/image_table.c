// SPDX-License-Identifier: MIT
/* image_table.c - the table of an image's entries: by path, in order, through symlinks. */
#include "tools/lib/image/image_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "tools/lib/base/mem.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/walk.h"

/* Names may come from an attacker, who would choose colliding ones: so each run has a seed. */
static uint64_t hash_of(const struct image *image, const char *path, size_t len)
{
	return XXH3_64bits_withSeed(path, len, image->seed);
}

static struct node *find_span(const struct image *image, const char *path, size_t len)
{
	uint64_t hash = hash_of(image, path, len);
	struct node *node = NULL;

	if (image->bucket_count)
		node = image->buckets[hash & (image->bucket_count - 1)];
	while (node && (node->hash != hash || strncmp(node->entry.path, path, len) ||
			node->entry.path[len]))
		node = node->next;
	return node;
}

struct entry *table_find(const struct image *image, const char *path)
{
	struct node *node = find_span(image, path, strlen(path));

	return node ? &node->entry : NULL;
}

static void put(struct image *image, struct node *node)
{
	struct node **bucket = &image->buckets[node->hash & (image->bucket_count - 1)];

	node->next = *bucket;
	*bucket = node;
}

static void grow(struct image *image)
{
	free(image->buckets);
	image->bucket_count = image->bucket_count ? image->bucket_count * 4 : 1024;
	image->buckets = xcalloc(image->bucket_count, sizeof(*image->buckets));
	for (struct node *node = image->oldest; node; node = node->newer)
		put(image, node);
}

struct entry *table_new(struct image *image)
{
	struct node *node = arena_alloc(&image->arena, sizeof(*node));

	return &node->entry;
}

static size_t parent_len(const char *path)
{
	return (size_t)(strrchr(path, '/') - path);
}

/* The node that holds those in the same directory. */
static struct node *parent_node(struct image *image, const char *path)
{
	size_t len = parent_len(path);
	struct node *parent;

	if (!len)
		return &image->top;
	if (image->directory && image->directory_len == len &&
	    !memcmp(image->directory->entry.path, path, len))
		return (struct node *)image->directory;
	parent = find_span(image, path, len);
	return parent ? parent : &image->loose;
}

static void join(struct node *parent, struct node *node)
{
	node->parent = parent;
	node->before = NULL;
	node->after = parent->first;
	if (parent->first)
		parent->first->before = node;
	parent->first = node;
}

static void part(struct node *node)
{
	*(node->before ? &node->before->after : &node->parent->first) = node->after;
	if (node->after)
		node->after->before = node->before;
}

/* Those in a directory that goes, and those that wait for one that comes. */
static void let_go(struct image *image, struct node *directory)
{
	while (directory->first) {
		struct node *node = directory->first;

		part(node);
		join(&image->loose, node);
	}
}

static void gather(struct image *image, struct node *directory)
{
	size_t len = strlen(directory->entry.path);
	struct node *next;

	for (struct node *node = image->loose.first; node; node = next) {
		next = node->after;
		if (parent_len(node->entry.path) != len ||
		    memcmp(node->entry.path, directory->entry.path, len))
			continue;
		part(node);
		join(directory, node);
	}
}

void table_insert(struct image *image, struct entry *entry)
{
	struct node *node = (struct node *)entry;

	if (image->count == image->bucket_count)
		grow(image);
	node->hash = hash_of(image, entry->path, strlen(entry->path));
	put(image, node);
	node->older = image->newest;
	node->newer = NULL;
	*(image->newest ? &image->newest->newer : &image->oldest) = node;
	image->newest = node;
	image->count++;
	if (!entry->path[1])
		return;
	join(parent_node(image, entry->path), node);
	if (image->loose.first)
		gather(image, node);
}

void table_forget_directories(struct image *image)
{
	image->directory = NULL;
	image->changes++;
}

void table_remember_directory(struct image *image, struct entry *entry)
{
	((struct node *)entry)->directory = image->changes;
}

bool table_is_in_directory(struct image *image, const char *path)
{
	size_t len = parent_len(path);
	struct node *directory;

	if (image->directory && image->directory_len == len &&
	    !memcmp(image->directory->entry.path, path, len))
		return true;
	directory = len ? find_span(image, path, len) : NULL;
	if (!directory || directory->directory != image->changes)
		return false;
	image->directory = directory;
	image->directory_len = len;
	return true;
}

char *table_remembered(const struct image *image, const char *path)
{
	size_t len = parent_len(path);

	if (!image->way || image->way_changes != image->changes || strncmp(image->way, path, len) ||
	    image->way[len])
		return NULL;
	return xasprintf("%s%s", image->way_end, path + len);
}

void table_remember_way(struct image *image, const char *path, const char *place)
{
	free(image->way);
	free(image->way_end);
	image->way = xstrndup(path, parent_len(path));
	image->way_end = xstrndup(place, parent_len(place));
	image->way_changes = image->changes;
}

void table_remove(struct image *image, struct entry *entry)
{
	struct node *node = (struct node *)entry;
	struct node **at = &image->buckets[node->hash & (image->bucket_count - 1)];

	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	*(node->older ? &node->older->newer : &image->oldest) = node->newer;
	*(node->newer ? &node->newer->older : &image->newest) = node->older;
	image->count--;
	if (entry->path[1]) {
		part(node);
		let_go(image, node);
	}
	table_forget_directories(image);
}

static const struct node *holder_of(const struct image *image, const char *path)
{
	return path[1] ? find_span(image, path, strlen(path)) : &image->top;
}

bool image_has_below(const struct image *image, const char *path)
{
	const struct node *holder = holder_of(image, path);

	return holder && holder->first;
}

/* The next one of a tree, parents first; NULL after the last. */
static struct node *next_below(const struct node *top, struct node *node)
{
	if (node->first)
		return node->first;
	while (node != top && !node->after)
		node = node->parent;
	return node == top ? NULL : node->after;
}

struct entry **table_below(const struct image *image, const char *path, size_t *count)
{
	const struct node *top = holder_of(image, path);
	struct entry **all = NULL;

	*count = 0;
	for (struct node *node = top ? top->first : NULL; node; node = next_below(top, node)) {
		if (!(*count & (*count - 1)))
			all = xreallocarray(all, *count ? 2 * *count : 1, sizeof(*all));
		all[(*count)++] = &node->entry;
	}
	return all;
}

const char *table_why(struct image *image, const char *why)
{
	if (!image->why || (why != image->why && strcmp(why, image->why)))
		image->why = arena_strdup(&image->arena, why);
	return image->why;
}

char *table_resolve(const struct image *image, const char *path, const char *why)
{
	struct walk walk;
	char *place;
	int failed = 0;

	walk_start(&walk, path);
	while (!failed && walk_next(&walk) && !walk_is_last(&walk)) {
		const struct node *node = find_span(image, walk.at.data, walk.at.len);
		const struct entry *entry = node ? &node->entry : NULL;

		if (entry && S_ISLNK(entry->mode))
			failed = walk_symlink(&walk, entry->target, strlen(entry->target));
		if (failed && why)
			error("%s: %s: too many symlinks in the path (%s -> %s)", why, shown(path),
			      shown(entry->path), shown(entry->target));
	}
	place = failed ? NULL : xstrdup(walk.at.data);
	walk_end(&walk);
	return place;
}

struct entry *image_find(const struct image *image, const char *path)
{
	const char *fault;
	char *clean = path_clean(path, &fault);
	char *place = clean ? table_resolve(image, clean, NULL) : NULL;
	struct entry *entry = place ? table_find(image, place) : NULL;

	if (entry)
		image_inode(entry); /* so that entry->link is that */
	free(place);
	free(clean);
	return entry;
}

struct entry **image_entries(const struct image *image, size_t *count)
{
	struct entry **all = xreallocarray(NULL, image->count + 1, sizeof(*all));

	*count = 0;
	for (struct node *node = image->oldest; node; node = node->newer)
		all[(*count)++] = &node->entry;
	return all;
}

struct entry **image_sorted(const struct image *image, size_t *count)
{
	struct entry **all = image_entries(image, count);

	entries_sort(all, *count);
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
	image->changes = 1;
	/* Without random numbers (a very old kernel) names are only not protected. */
	if (getrandom(&image->seed, sizeof(image->seed), GRND_NONBLOCK) < 0)
		image->seed = 0;
	return image;
}

void image_free(struct image *image)
{
	struct node *dropped;

	if (!image)
		return;
	for (struct node *node = image->oldest; node; node = node->newer)
		free(node->entry.data);
	for (dropped = image->dropped; dropped; dropped = dropped->next)
		free(dropped->entry.data);
	free(image->way);
	free(image->way_end);
	arena_free(&image->arena);
	free(image->buckets);
	free(image);
}

/* A walk through a tree comes by directories: "a", all below it, "a-b", where the bytes want "a",
 * "a-b" and then what is below "a" ('-' is before '/'). So what comes is a few long runs that are
 * in order, and two neighbours among them overlap in few entries. */

static bool is_before(const struct entry *one, const struct entry *other)
{
	return strcmp(one->path, other->path) < 0;
}

static size_t run_len(struct entry **all, size_t count)
{
	size_t len = 1;

	while (len < count && !is_before(all[len], all[len - 1]))
		len++;
	return len;
}

/* How many of `count` sorted entries do not follow `entry`. */
static size_t count_up_to(struct entry **all, size_t count, const struct entry *entry)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (is_before(entry, all[middle]))
			count = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Merges two sorted runs, one after the other. `room` has space for each entry of the first. */
static void merge(struct entry **all, size_t first, size_t count, struct entry **room)
{
	size_t skip = count_up_to(all, first, all[first]), left = first - skip, at = skip;
	struct entry **other = all + first, **end = all + count;

	memcpy(room, all + skip, left * sizeof(*room));
	while (left && other < end) {
		if (is_before(*other, *room)) {
			all[at++] = *other++;
		} else {
			all[at++] = *room++;
			left--;
		}
	}
	memcpy(all + at, room, left * sizeof(*room));
}

/* A run is merged with the one before it until that is twice as long at least: so no entry is moved
 * more than log2(runs) times, and of `runs` there are never more than a number has bits. */
void entries_sort(struct entry **all, size_t count)
{
	struct entry **room = xreallocarray(NULL, count, sizeof(*room));
	size_t runs[8 * sizeof(size_t) + 1], depth = 0;

	for (size_t at = 0; at < count;) {
		runs[depth] = run_len(all + at, count - at);
		at += runs[depth++];
		while (depth > 1 && (runs[depth - 2] < 2 * runs[depth - 1] || at == count)) {
			runs[depth - 2] += runs[depth - 1];
			merge(all + at - runs[depth - 2], runs[depth - 2] - runs[depth - 1],
			      runs[depth - 2], room);
			depth--;
		}
	}
	free(room);
}
