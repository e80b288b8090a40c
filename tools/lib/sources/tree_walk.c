// SPDX-License-Identifier: MIT
/* tree_walk.c - what is in a directory of the host and below, in the order of names. */
#include "tools/lib/sources/tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/pure/dirents.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"

struct walk {
	int (*visit)(void *argument, const struct found *found);
	void *argument;
	const char *why;
	size_t dir_len; /* bytes of the path that are the walk's own directory */
	struct buffer path;
	struct buffer records; /* of each directory of the path, one after the other */
};

/* A record: the result of stat(2) and then the name with its NUL, up to a multiple of 8 bytes. A
 * directory is read completely and closed before anything below it is opened, so that depth costs
 * no descriptors. */
struct record {
	struct stat st;
	size_t len; /* of the name */
	char name[];
};

static size_t record_size(size_t len)
{
	return (sizeof(struct record) + len + 1 + 7) & ~(size_t)7;
}

static int fail(const struct walk *walk, int err)
{
	return error_errno(err, "%s: cannot read %s", walk->why, shown(walk->path.data));
}

/* By the directory's descriptor one name is looked up, and not all of the path. */
static int record(struct walk *walk, int fd, const char *name)
{
	size_t len = strlen(name);
	struct record *kept;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		int err = errno;

		buffer_printf(&walk->path, "/%s", name);
		return fail(walk, err);
	}
	kept = buffer_space(&walk->records, record_size(len));
	kept->st = st;
	kept->len = len;
	memcpy(kept->name, name, len + 1);
	return 0;
}

static int read_names(struct walk *walk, int fd)
{
	static char bytes[64 * 1024];
	long len;

	while ((len = syscall(SYS_getdents64, fd, bytes, sizeof(bytes))) > 0) {
		struct span rest = { (const uint8_t *)bytes, (size_t)len };
		struct dirent_view entry;

		while (dirents_next(&rest, &entry))
			if (record(walk, fd, entry.name) < 0)
				return -1;
	}
	return len < 0 ? fail(walk, errno) : 0;
}

static const struct record *record_at(const struct walk *walk, size_t at)
{
	return (const struct record *)(walk->records.data + at);
}

static int by_name(const void *one, const void *other, void *walk)
{
	return strcmp(record_at(walk, *(const size_t *)one)->name,
		      record_at(walk, *(const size_t *)other)->name);
}

/* The beginnings of the records after `from`, by their names: the order on the disk must not
 * matter, since it would decide which of several links is the first. */
static size_t *sort(struct walk *walk, size_t from, size_t *count)
{
	size_t room = 64, *all = xreallocarray(NULL, room, sizeof(*all));

	for (*count = 0; from < walk->records.len; ++*count) {
		if (*count == room)
			all = xreallocarray(all, room *= 2, sizeof(*all));
		all[*count] = from;
		from += record_size(record_at(walk, from)->len);
	}
	qsort_r(all, *count, sizeof(*all), by_name, walk);
	return all;
}

static int go_below(struct walk *walk, int flags);

static int take(struct walk *walk, const struct record *record)
{
	size_t len = walk->path.len;
	struct found found = { .st = record->st };
	int result;

	found.name = path_append(&walk->path, record->name, record->len);
	found.path = walk->path.data;
	found.below = found.path + walk->dir_len;
	found.below += *found.below == '/';
	found.below_len = (size_t)(found.name - found.below) + record->len;
	result = walk->visit(walk->argument, &found);
	if (result == TREE_WALK_ON && S_ISDIR(found.st.st_mode))
		result = go_below(walk, O_NOFOLLOW);
	walk->path.len = len;
	walk->path.data[len] = '\0';
	return result < 0 ? -1 : 0;
}

/* Reads the directory at walk->path. */
static int go_below(struct walk *walk, int flags)
{
	int fd = open(walk->path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags), result;
	size_t from = walk->records.len, count, *all;

	if (fd < 0)
		return fail(walk, errno);
	result = read_names(walk, fd);
	close(fd);
	if (result < 0)
		return -1;
	all = sort(walk, from, &count);
	for (size_t i = 0; i < count && !result; i++)
		result = take(walk, record_at(walk, all[i]));
	free(all);
	walk->records.len = from;
	return result;
}

int tree_walk(const char *dir, int (*visit)(void *argument, const struct found *found),
	      void *argument, const char *why)
{
	struct walk walk = {
		.visit = visit, .argument = argument, .why = why, .dir_len = strlen(dir)
	};
	struct found found = { .path = dir, .below = "", .name = dir };
	int result;

	buffer_text(&walk.path, dir);
	if (stat(dir, &found.st) < 0)
		result = fail(&walk, errno);
	else if (!S_ISDIR(found.st.st_mode))
		result = error("%s: %s is not a directory", why, shown(dir));
	else
		result = visit(argument, &found);
	if (result == TREE_WALK_ON)
		result = go_below(&walk, 0);
	buffer_free(&walk.path);
	buffer_free(&walk.records);
	return result < 0 ? -1 : 0;
}
