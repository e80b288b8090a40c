// SPDX-License-Identifier: MIT
/* frame_cache.c - compressed frames kept from one `rdinit pack` to the next. */
#include "tools/lib/base/cache_dir.h"
#include "tools/lib/base/temporary_file.h"
#include "tools/lib/cpio/frame_cache.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#define FORMAT 1 /* a new number when what compress_*.c write changes */

struct frame_cache {
	char *dir;
	bool kept_some;
};

struct frame_cache *frame_cache_open(void)
{
	char *dir = cache_dir("frames");
	struct frame_cache *frames = dir ? xcalloc(1, sizeof(*frames)) : NULL;

	if (frames)
		frames->dir = dir;
	return frames;
}

/* The frame's checksum comes before it. */
static XXH128_canonical_t sum_of(const char *data, size_t len)
{
	XXH128_canonical_t sum;

	XXH128_canonicalFromHash(&sum, XXH3_128bits(data, len));
	return sum;
}

static char *path_of(const struct frame_cache *cache, const struct compress_choice *choice,
		     struct span raw)
{
	XXH128_hash_t hash = XXH3_128bits(raw.data, raw.len);

	return xasprintf("%s/%016llx%016llx-%zu-%s-%d-%d", cache->dir,
			 (unsigned long long)hash.high64, (unsigned long long)hash.low64, raw.len,
			 compress_name(choice->kind), choice->level, FORMAT);
}

static void read_file(const char *path, struct buffer *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t len = 0;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		char *bytes = xmalloc((size_t)st.st_size + 1);

		len = read(fd, bytes, (size_t)st.st_size);
		buffer_add(out, bytes, len > 0 ? (size_t)len : 0);
		free(bytes);
		futimens(fd, NULL); /* used: it stays */
	}
	close(fd);
}

int frame_cache_get(struct frame_cache *cache, const struct compress_choice *choice,
		    struct span raw, struct buffer *packed)
{
	struct buffer file = { 0 };
	XXH128_canonical_t sum;
	char *path;
	int found;

	if (!cache)
		return 0;
	path = path_of(cache, choice, raw);
	read_file(path, &file);
	free(path);
	found = file.len > sizeof(sum);
	if (found) {
		sum = sum_of(file.data + sizeof(sum), file.len - sizeof(sum));
		found = !memcmp(&sum, file.data, sizeof(sum));
	}
	if (found)
		buffer_add(packed, file.data + sizeof(sum), file.len - sizeof(sum));
	buffer_free(&file);
	return found;
}

void frame_cache_put(struct frame_cache *cache, const struct compress_choice *choice,
		     struct span raw, const struct buffer *packed)
{
	XXH128_canonical_t sum;
	char *path, *temp = NULL;
	int fd;

	if (!cache)
		return;
	cache_dir_make(cache->dir);
	path = path_of(cache, choice, raw);
	fd = nameless_open(cache->dir);
	if (fd < 0) {
		temp = xasprintf("%s/.new.XXXXXX", cache->dir);
		fd = mkostemp(temp, O_CLOEXEC);
	}
	if (fd >= 0) {
		sum = sum_of(packed->data, packed->len);
		if ((write(fd, &sum, sizeof(sum)) != (ssize_t)sizeof(sum) ||
		     write(fd, packed->data, packed->len) != (ssize_t)packed->len ||
		     (temp ? rename(temp, path) : nameless_link(fd, path)) < 0) &&
		    temp)
			unlink(temp);
		close(fd);
		cache->kept_some = true;
	}
	free(temp);
	free(path);
}

/* Files that were not used for long, and those that a killed process left half-written. */
static void remove_old(const struct frame_cache *cache)
{
	int dir = cache_dir_open(cache->dir);
	struct cache_entry *entries;
	time_t now = time(NULL);
	size_t count;

	if (dir < 0)
		return;
	entries = cache_entries(dir, &count);
	for (size_t i = 0; i < count; i++)
		if (S_ISREG(entries[i].mode) && now - entries[i].used.tv_sec > CACHE_KEEP_S)
			unlinkat(dir, entries[i].name, 0);
	cache_entries_free(entries, count);
	close(dir);
}

void frame_cache_close(struct frame_cache *cache)
{
	if (!cache)
		return;
	if (cache->kept_some)
		remove_old(cache);
	free(cache->dir);
	free(cache);
}
