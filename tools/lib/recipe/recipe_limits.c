// SPDX-License-Identifier: MIT
/* recipe_limits.c - an image that /init would refuse is not made. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "init/pure/imageconf.h"
#include "init/pure/limits.h"
#include "init/pure/paths.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/sources/merge.h"
#include "tools/lib/recipe/recipe_line.h"

/* The bytes of a file of which /init reads `max` at the most. 0, or -1 after reporting. */
static int read_entry(const struct entry *entry, size_t max, struct buffer *bytes)
{
	const struct entry *inode = image_inode((struct entry *)entry);
	size_t size = inode->size;
	struct stat st;

	if (inode->host_path && stat(inode->host_path, &st) == 0)
		size = (size_t)st.st_size;
	if (size > max)
		return error("%s: %s has %zu bytes, but /init reads up to %zu: use fewer",
			     entry->why, shown(entry->path), size, max);
	return merge_read_entry(entry, max, bytes);
}

static bool is_conf(const struct entry *entry)
{
	const char *name = entry->path + strlen(IMAGECONF_DIR "/");

	return strcmp(entry->path, IMAGECONF_LAST) == 0 ||
	       (path_is_below(entry->path, IMAGECONF_DIR) && !strchr(name, '/') &&
		imageconf_is_name(name));
}

/* The bytes of all of them; `used` counts those before the one that exceeds the limit. */
static int judge_conf(const struct entry *entry, size_t *used)
{
	struct buffer bytes = { 0 };
	int result = read_entry(entry, IMAGE_WORDS_MAX - 1 - *used, &bytes);

	if (!result && bytes.len && memchr(bytes.data, '\0', bytes.len))
		result = error("%s: %s has a NUL, where /init would stop", entry->why,
			       shown(entry->path));
	if (*used + bytes.len + 1 < IMAGE_WORDS_MAX)
		*used += bytes.len + 1;
	else
		*used = IMAGE_WORDS_MAX - 1;
	buffer_free(&bytes);
	return result;
}

static int judge_words(const struct entry *entry, const struct buffer *bytes, size_t max)
{
	const struct span text = buffer_span(bytes);
	size_t count;

	switch (limits_judge(text, max, &count)) {
	case WORDS_TOO_LONG:
		return error(
			"%s: string %zu of %s is longer than the kernel's %d bytes: put it into a file",
			entry->why, count + 1, shown(entry->path), ARGUMENT_MAX - 1);
	case WORDS_TOO_MANY:
		return error("%s: %s has %zu strings, but /init accepts %zu: use fewer", entry->why,
			     shown(entry->path), count, max);
	default:
		return 0;
	}
}

static int judge_list(const struct image *image, const char *path, size_t bytes_max,
		      size_t words_max)
{
	const struct entry *entry = image_find(image, path);
	struct buffer bytes = { 0 };
	int result;

	if (!entry || !S_ISREG(entry->mode))
		return 0;
	result = read_entry(entry, bytes_max - 1, &bytes);
	/* A run file without a NUL is a line for /init to split: its words are shorter still. */
	if (!result && bytes.len && memchr(bytes.data, '\0', bytes.len))
		result = judge_words(entry, &bytes, words_max);
	buffer_free(&bytes);
	return result;
}

static int finish(struct recipe *recipe)
{
	size_t count, used = 0;
	struct entry **all = image_sorted(recipe->image, &count);
	int result = judge_list(recipe->image, RUN_FILE, RUN_FILE_MAX, RUN_WORDS_MAX);

	if (!result)
		result = judge_list(recipe->image, ENV_FILE, ENV_FILE_MAX, ENV_FILE_WORDS_MAX);
	for (size_t i = 0; i < count && !result; i++)
		if (is_conf(all[i]) && S_ISREG(all[i]->mode))
			result = judge_conf(all[i], &used);
	free(all);
	return result;
}

const struct recipe_part recipe_limits_part = { 0, finish, NULL };
