// SPDX-License-Identifier: MIT
/* ldcache.c - a small /etc/ld.so.cache for the libraries that glibc would not find without one. */
#include "tools/lib/program/ldcache.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

#define CACHE_PATH "/etc/ld.so.cache"
#define MAGIC "glibc-ld.so.cache1.1"
#define HEADER_SIZE 48 /* magic, nlibs, len_strings, flags, extension_offset, unused[3] */
#define ENTRY_SIZE 24 /* flags, key, value, osversion, hwcap (8 bytes) */
#define FLAGS_X86_64_LIBC6 0x0303
#define LITTLE_ENDIAN_CACHE 2 /* glibc 2.33 and later check it, older ones ignore it */

#define EXTENSION_MAGIC 0xeaa42174
#define EXTENSION_LEVELS 1 /* the tag of its section of names of levels */
#define LEVEL_BIT 62 /* of an entry's hwcap: its low half is an index of these names */

/* In the order of their bytes, which the loader asks for; those that no entry has do no harm. */
static const char *const levels[] = { "x86-64-v2", "x86-64-v3", "x86-64-v4" };
#define LEVELS COUNT(levels)

struct library {
	const char *name, *path;
	size_t level; /* 0: for every processor; else that of levels[level - 1] */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* glibc's _dl_cache_libcmp(): its binary search only works on a table in this order. */
static int compare_names(const char *a, const char *b)
{
	while (*a) {
		if (is_digit(*a) && is_digit(*b)) {
			long left = strtol(a, (char **)&a, 10), right = strtol(b, (char **)&b, 10);

			if (left != right)
				return left < right ? -1 : 1;
		} else if (is_digit(*a) != is_digit(*b)) {
			return is_digit(*a) ? 1 : -1;
		} else if (*a != *b) {
			return *a < *b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return *b ? -1 : 0;
}

static int descending(const void *a, const void *b)
{
	const struct library *one = a, *other = b;
	int order = compare_names(other->name, one->name);

	/* The loader looks no further than the first that is for every processor. */
	return order ? order : (one->level < other->level) - (one->level > other->level);
}

static void put32(struct buffer *out, size_t value)
{
	uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
			     (uint8_t)(value >> 24) };

	buffer_add(out, bytes, sizeof(bytes));
}

/* The libraries of a cache that this file wrote, with room for one more. */
static struct library *decode(const struct entry *entry, size_t *count)
{
	const char *data = entry ? entry->data : NULL;
	struct library *libraries;

	*count = data ? le32((const uint8_t *)data + strlen(MAGIC)) : 0;
	libraries = xcalloc(*count + 1, sizeof(*libraries));
	for (size_t i = 0; i < *count; i++) {
		const uint8_t *at = (const uint8_t *)data + HEADER_SIZE + i * ENTRY_SIZE;

		libraries[i].name = data + le32(at + 4);
		libraries[i].path = data + le32(at + 8);
		if (le64(at + 16) >> LEVEL_BIT)
			libraries[i].level = le32(at + 16) + 1;
	}
	return libraries;
}

static void put_text(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text) + 1);
}

static size_t strings_len(const struct library *libraries, size_t count)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += strlen(libraries[i].name) + strlen(libraries[i].path) + 2;
	for (size_t i = 0; i < LEVELS; i++)
		len += strlen(levels[i]) + 1;
	return len;
}

static void encode_library(const struct library *library, size_t string, struct buffer *out)
{
	put32(out, FLAGS_X86_64_LIBC6);
	put32(out, string);
	put32(out, string + strlen(library->name) + 1);
	put32(out, 0);
	put32(out, library->level ? library->level - 1 : 0);
	put32(out, library->level ? 1u << (LEVEL_BIT - 32) : 0);
}

/* One section: where the names of the levels are; `string` is where the first is. */
static void encode_extension(size_t string, struct buffer *out)
{
	put32(out, EXTENSION_MAGIC);
	put32(out, 1);
	put32(out, EXTENSION_LEVELS);
	put32(out, 0);
	put32(out, out->len + 8);
	put32(out, LEVELS * 4);
	for (size_t i = 0; i < LEVELS; i++) {
		put32(out, string);
		string += strlen(levels[i]) + 1;
	}
}

/* Source: sysdeps/generic/dl-cache.h of glibc. */
static void encode(const struct library *libraries, size_t count, struct buffer *out)
{
	size_t string = HEADER_SIZE + count * ENTRY_SIZE, len = strings_len(libraries, count);
	size_t extension = (string + len + 3) & ~(size_t)3;

	buffer_text(out, MAGIC);
	put32(out, count);
	put32(out, len);
	put32(out, LITTLE_ENDIAN_CACHE);
	put32(out, extension);
	for (int i = 0; i < 3; i++)
		put32(out, 0);
	for (size_t i = 0; i < count; i++) {
		encode_library(&libraries[i], string, out);
		string += strlen(libraries[i].name) + strlen(libraries[i].path) + 2;
	}
	for (size_t i = 0; i < count; i++) {
		put_text(out, libraries[i].name);
		put_text(out, libraries[i].path);
	}
	for (size_t i = 0; i < LEVELS; i++)
		put_text(out, levels[i]);
	buffer_add(out, "\0\0\0", extension - out->len);
	encode_extension(string, out);
}

/* "glibc-hwcaps/x86-64-v3/" is 2, "" is 0. */
static size_t level_of(const char *hwcaps)
{
	for (size_t i = 0; i < LEVELS; i++)
		if (strstr(hwcaps, levels[i]))
			return i + 1;
	return 0;
}

int ldcache_add(struct image *image, const char *name, const char *path, const char *hwcaps,
		const char *why)
{
	struct entry *entry = image_find(image, CACHE_PATH);
	struct buffer out = { NULL, 0, 0 };
	struct library *libraries;
	size_t count, level = level_of(hwcaps);

	if (entry && (!entry->data || entry->size < HEADER_SIZE ||
		      memcmp(entry->data, MAGIC, strlen(MAGIC))))
		return 0;
	libraries = decode(entry, &count);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(libraries[i].name, name) && libraries[i].level == level) {
			free(libraries);
			return 0;
		}
	}
	libraries[count++] = (struct library){ name, path, level };
	qsort(libraries, count, sizeof(*libraries), descending);
	encode(libraries, count, &out);
	free(libraries);
	if (entry) {
		free(entry->data);
		entry->data = xmemdup(out.data, out.len);
		entry->size = out.len;
	} else {
		entry = image_add_data(image, CACHE_PATH, out.data, out.len, 0644, why);
	}
	buffer_free(&out);
	return entry ? 0 : -1;
}
