/* ldcache.c - a small /etc/ld.so.cache for the libraries that glibc would not find without one. */
#include "tools/lib/program/ldcache.h"

#include <stdlib.h>
#include <string.h>

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

#define CACHE_PATH "/etc/ld.so.cache"
#define MAGIC "glibc-ld.so.cache1.1"
#define HEADER_SIZE 48	/* magic, nlibs, len_strings, flags, extension_offset, unused[3] */
#define ENTRY_SIZE 24	/* flags, key, value, osversion, hwcap (8 bytes) */
#define FLAGS_X86_64_LIBC6 0x0303
#define LITTLE_ENDIAN_CACHE 2	/* glibc 2.33 and later check it, older ones ignore it */

struct library {
	const char *name, *path;
};

static int is_digit(char c)
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
	return -compare_names(((const struct library *)a)->name, ((const struct library *)b)->name);
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
	}
	return libraries;
}

static void encode(const struct library *libraries, size_t count, struct buffer *out)
{
	size_t strings = HEADER_SIZE + count * ENTRY_SIZE, len = 0;

	for (size_t i = 0; i < count; i++)
		len += strlen(libraries[i].name) + strlen(libraries[i].path) + 2;
	buffer_text(out, MAGIC);
	put32(out, count);
	put32(out, len);
	put32(out, LITTLE_ENDIAN_CACHE);
	for (int i = 0; i < 4; i++)
		put32(out, 0);
	for (size_t i = 0; i < count; i++) {
		put32(out, FLAGS_X86_64_LIBC6);
		put32(out, strings);
		put32(out, strings + strlen(libraries[i].name) + 1);
		for (int k = 0; k < 3; k++)
			put32(out, 0);
		strings += strlen(libraries[i].name) + strlen(libraries[i].path) + 2;
	}
	for (size_t i = 0; i < count; i++) {
		buffer_add(out, libraries[i].name, strlen(libraries[i].name) + 1);
		buffer_add(out, libraries[i].path, strlen(libraries[i].path) + 1);
	}
}

int ldcache_add(struct image *image, const char *name, const char *path, const char *why)
{
	struct entry *entry = image_find(image, CACHE_PATH);
	struct buffer out = { NULL, 0, 0 };
	struct library *libraries;
	size_t count;

	if (entry && (!entry->data || entry->size < HEADER_SIZE ||
		      memcmp(entry->data, MAGIC, strlen(MAGIC))))
		return 0;
	libraries = decode(entry, &count);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(libraries[i].name, name)) {
			free(libraries);
			return 0;
		}
	}
	libraries[count++] = (struct library){ name, path };
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
