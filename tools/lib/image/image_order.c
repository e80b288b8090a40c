// SPDX-License-Identifier: MIT
/* image_order.c - entries in the order of their paths. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/base/mem.h"
#include "tools/lib/image/image_table.h"

/* A walk through a tree comes by directories: "a", all below it, "a-b", where the bytes want "a",
 * "a-b" and then what is below "a" ('-' is before '/'). So what comes is a few long runs that are
 * in order, and two neighbours among them overlap in few entries. */

static int is_before(const struct entry *one, const struct entry *other)
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
