// SPDX-License-Identifier: MIT
/* recipe_list.c - the verbs of the kernel's gen_init_cpio list. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/recipe/recipe_line.h"

/* NAME at word 1; MODE UID GID at `word`. The owner is set until restore_owner(). */
static int set_owner(const struct line *line, size_t word, uint32_t kind, uint32_t *mode,
		     struct image_defaults *before)
{
	struct image_defaults defaults = image_defaults(line->recipe->image);

	if (line_absolute(line, 1) < 0 || line_mode(line, word, kind, mode) < 0 ||
	    line_number(line, word + 1, "a user id", &defaults.uid) < 0 ||
	    line_number(line, word + 2, "a group id", &defaults.gid) < 0)
		return -1;
	*before = image_set_defaults(line->recipe->image, defaults);
	return 0;
}

static void restore_owner(const struct line *line, struct image_defaults before)
{
	image_set_defaults(line->recipe->image, before);
}

int verb_dir(const struct line *line)
{
	struct image_defaults before;
	struct entry *entry;
	uint32_t mode;

	if (set_owner(line, 2, S_IFDIR, &mode, &before) < 0)
		return -1;
	entry = image_add_dir(line->recipe->image, line_word(line, 1), mode, line->why);
	restore_owner(line, before);
	return entry ? 0 : -1;
}

int verb_slink(const struct line *line)
{
	struct image_defaults before;
	struct entry *entry;
	uint32_t mode;

	if (set_owner(line, 3, S_IFLNK, &mode, &before) < 0)
		return -1;
	entry = image_add_symlink(line->recipe->image, line_word(line, 1), line_word(line, 2),
				  line->why);
	if (entry && S_ISLNK(entry->mode))
		entry->mode = S_IFLNK | mode; /* without effect, but the same bytes as asked for */
	restore_owner(line, before);
	return entry ? 0 : -1;
}

static int add_node(const struct line *line, uint32_t kind, uint32_t major, uint32_t minor)
{
	struct image_defaults before;
	struct entry *entry;
	uint32_t mode;

	if (set_owner(line, 2, kind, &mode, &before) < 0)
		return -1;
	entry = image_add_node(line->recipe->image, line_word(line, 1), kind | mode, major, minor,
			       line->why);
	restore_owner(line, before);
	return entry ? 0 : -1;
}

int verb_nod(const struct line *line)
{
	const char *type = line_word(line, 5);
	uint32_t major, minor;

	if (strcmp(type, "b") && strcmp(type, "c"))
		return line_expected(line, 5, "the type of the node, b or c");
	if (line_number(line, 6, "a major number", &major) < 0 ||
	    line_number(line, 7, "a minor number", &minor) < 0)
		return -1;
	return add_node(line, *type == 'b' ? S_IFBLK : S_IFCHR, major, minor);
}

int verb_pipe(const struct line *line)
{
	return add_node(line, S_IFIFO, 0, 0);
}

int verb_sock(const struct line *line)
{
	return add_node(line, S_IFSOCK, 0, 0);
}

/* Of cpio: locations. They stay open: the image points to their bytes. */
struct archives {
	struct archive **list;
	size_t count;
};

static struct archive *open_archive(struct recipe *recipe, const char *name)
{
	struct archives *archives = recipe_state(recipe, &recipe_list_part);
	struct archive *archive;

	for (size_t i = 0; i < archives->count; i++)
		if (!strcmp(archives->list[i]->name, name))
			return archives->list[i];
	archive = archive_open(name);
	if (!archive)
		return NULL;
	archives->list = xreallocarray(archives->list, archives->count + 1, sizeof(archive));
	archives->list[archives->count++] = archive;
	return archive;
}

static void close_archives(void *state)
{
	struct archives *archives = state;

	for (size_t i = 0; i < archives->count; i++)
		archive_close(archives->list[i]);
	free(archives->list);
}

const struct recipe_part recipe_list_part = { sizeof(struct archives), NULL, close_archives };

/* cpio:IMAGE:/path, where both may hold colons: the first IMAGE that exists is meant. malloc'd
 * and *path in the location, or NULL. */
static char *archive_name(const struct line *line, const char *location, const char **path)
{
	const char *image = location + strlen("cpio:");

	for (const char *colon = strstr(image, ":/"); colon; colon = strstr(colon + 1, ":/")) {
		char *name = xstrndup(image, (size_t)(colon - image));
		char *seen = path_beside(line->file, name);
		struct stat st;

		free(name);
		*path = colon + 1;
		if (!stat(seen, &st))
			return seen;
		free(seen);
	}
	return NULL;
}

static struct entry *add_from_archive(const struct line *line, const char *location, uint32_t mode)
{
	const struct archive_entry *found = NULL;
	struct archive *archive;
	const char *path = NULL;
	char *name = archive_name(line, location, &path);
	struct span data;

	if (!name) {
		line_error(line, 2,
			   "expected cpio:IMAGE:/path with an IMAGE that exists, found \"%s\"",
			   shown(location));
		return NULL;
	}
	archive = open_archive(line->recipe, name);
	free(name);
	if (!archive)
		return NULL;
	found = archive_find(archive, path);
	if (!found || !S_ISREG(found->newc.fields.mode)) {
		line_error(line, 2, "expected a file of %s, found \"%s\"", shown(archive->name),
			   shown(path));
		return NULL;
	}
	data = archive_data(archive, found);
	return image_add_data(line->recipe->image, line_word(line, 1), data.data, data.len, mode,
			      line->why);
}

/* Sets the entry's time to the host's, unless a `mtime` line rules or there is no
 * SOURCE_DATE_EPOCH. */
static void host_mtime(const struct line *line, const struct stat *st)
{
	struct image_defaults defaults = image_defaults(line->recipe->image);

	if (line->recipe->mtime_rule == MTIME_SET)
		return;
	if (st->st_mtime < defaults.mtime)
		defaults.mtime = st->st_mtime;
	image_set_defaults(line->recipe->image, defaults);
}

static struct entry *add_from_host(const struct line *line, uint32_t mode)
{
	char *path = line_host_path(line, 2);
	struct entry *entry = NULL;
	struct stat st;

	if (stat(path, &st) < 0) {
		line_error(line, 2, "expected a file, found %s: %s (%s)", shown(path),
			   strerror(errno), strerrorname_np(errno));
	} else if (!S_ISREG(st.st_mode) && !(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))) {
		line_error(line, 2, "expected a regular file, found %s, a %s", shown(path),
			   S_ISDIR(st.st_mode) ? "directory (tree adds one)"
					       : "device, pipe or socket");
	} else {
		host_mtime(line, &st);
		entry = image_add_file(line->recipe->image, line_word(line, 1), path, mode,
				       line->why);
	}
	free(path);
	return entry;
}

int verb_file(const struct line *line)
{
	struct image_defaults before;
	const char *location = line_word(line, 2);
	struct entry *entry;
	uint32_t mode;
	int result = 0;

	for (size_t i = 6; i < line->count; i++)
		if (line_absolute(line, i) < 0)
			return -1;
	if (set_owner(line, 3, S_IFREG, &mode, &before) < 0)
		return -1;
	entry = strncmp(location, "cpio:", 5) ? add_from_host(line, mode)
					      : add_from_archive(line, location, mode);
	for (size_t i = 6; entry && i < line->count && !result; i++)
		if (!image_add_link(line->recipe->image, line_word(line, i), entry, line->why))
			result = -1;
	restore_owner(line, before);
	return entry ? result : -1;
}
