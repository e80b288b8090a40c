// SPDX-License-Identifier: MIT
/* kmodindex.c - the binary tables that kmod looks names up in. */
#include "tools/lib/module/kmodindex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0xB007F457u
#define VERSION 0x00020001u /* 2.1 */

/* In the upper bits of the offset of a node: what it has, in this order. */
#define HAS_PREFIX 0x80000000u /* letters that all its keys go on with, ended by NUL */
#define HAS_VALUES 0x40000000u /* a number of them, then each: priority, text ended by NUL */
#define HAS_CHILDREN \
	0x20000000u /* the first letter and the last, then an offset for each between */

struct range {
	const struct kmodindex_entry *entries;
	size_t count;
};

static void put32(struct buffer *out, uint32_t value)
{
	const unsigned char bytes[4] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16),
					 (unsigned char)(value >> 8), (unsigned char)value };

	buffer_add(out, bytes, sizeof(bytes));
}

static int by_key(const void *a, const void *b)
{
	const struct kmodindex_entry *left = a, *right = b;
	int order = strcmp(left->key, right->key);

	if (order)
		return order;
	if (left->priority != right->priority)
		return left->priority < right->priority ? -1 : 1;
	return strcmp(left->value, right->value);
}

/* How many letters behind `depth` all keys of the range share: sorted, so the outer two tell. */
static size_t shared(struct range range, size_t depth)
{
	const char *first = range.entries[0].key + depth;
	const char *last = range.entries[range.count - 1].key + depth;
	size_t len = 0;

	while (first[len] && first[len] == last[len])
		len++;
	return len;
}

static uint32_t write_node(struct range range, size_t depth, struct buffer *out);

/* The part of the range whose keys have `letter` at `depth`. */
static struct range part(struct range range, size_t depth, char letter)
{
	struct range found = { NULL, 0 };

	for (size_t i = 0; i < range.count; i++)
		if (range.entries[i].key[depth] == letter) {
			found.entries = found.count ? found.entries : &range.entries[i];
			found.count++;
		}
	return found;
}

/* The children stand before their parent, whose list of offsets is kept until then. */
static uint32_t write_body(struct range range, size_t depth, size_t values, struct buffer *list,
			   struct buffer *out)
{
	struct range rest = { range.entries + values, range.count - values };
	unsigned char ends[2];

	if (!rest.count)
		return 0;
	ends[0] = (unsigned char)rest.entries[0].key[depth];
	ends[1] = (unsigned char)rest.entries[rest.count - 1].key[depth];
	buffer_add(list, ends, sizeof(ends));
	for (unsigned int letter = ends[0]; letter <= ends[1]; letter++) {
		struct range below = part(rest, depth, (char)letter);

		put32(list, below.count ? write_node(below, depth + 1, out) : 0);
	}
	return HAS_CHILDREN;
}

static uint32_t write_values(struct range range, size_t values, struct buffer *out)
{
	if (!values)
		return 0;
	put32(out, (uint32_t)values);
	for (size_t i = 0; i < values; i++) {
		put32(out, (uint32_t)range.entries[i].priority);
		buffer_add(out, range.entries[i].value, strlen(range.entries[i].value) + 1);
	}
	return HAS_VALUES;
}

static uint32_t write_node(struct range range, size_t depth, struct buffer *out)
{
	size_t prefix = shared(range, depth), values = 0;
	struct buffer list = { NULL, 0, 0 };
	uint32_t flags, place;

	while (values < range.count && !range.entries[values].key[depth + prefix])
		values++;
	flags = write_body(range, depth + prefix, values, &list, out);
	place = (uint32_t)out->len;
	if (prefix) {
		flags |= HAS_PREFIX;
		buffer_add(out, range.entries[0].key + depth, prefix);
		buffer_add(out, "", 1);
	}
	buffer_add(out, list.data ? list.data : "", list.len);
	flags |= write_values(range, values, out);
	buffer_free(&list);
	return place | flags;
}

static int is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text > 127)
			return 0;
	return 1;
}

void kmodindex_write(struct kmodindex_entry *entries, size_t count, struct buffer *out)
{
	struct kmodindex_entry *kept = xcalloc(count + 1, sizeof(*kept));
	struct buffer nodes = { NULL, 0, 0 };
	struct range range = { kept, 0 };
	uint32_t root;

	for (size_t i = 0; i < count; i++)
		if (is_ascii(entries[i].key))
			kept[range.count++] = entries[i];
	if (range.count)
		qsort(kept, range.count, sizeof(*kept), by_key);
	put32(&nodes, MAGIC);
	put32(&nodes, VERSION);
	put32(&nodes, 0); /* the root's offset, known at the end */
	root = range.count ? write_node(range, 0, &nodes) : (uint32_t)nodes.len;
	buffer_add(out, nodes.data, 8);
	put32(out, root);
	buffer_add(out, nodes.data + 12, nodes.len - 12);
	buffer_free(&nodes);
	free(kept);
}
