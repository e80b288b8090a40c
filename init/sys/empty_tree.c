// SPDX-License-Identifier: MIT
/* empty_tree.c - delete the files of one file system below a directory. */
#include "init/sys/empty_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "init/pure/dirents.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define DIRENTS_SIZE 1024 /* bytes; the stack holds up to EMPTY_TREE_DEPTH of them */
#define ROOM (DIRENTS_SIZE - 280) /* 19 bytes, a name of 255 and its NUL, aligned to 8 */

static void empty_dir(int dir, int depth);

static void delete_file(int dir, const struct dirent_view *entry)
{
	int error = sys_unlinkat(dir, entry->name, 0);

	if (error && error != -ENOENT)
		log_print(LOG_DEBUG, "%s: not deleted (%d)", entry->name, error);
}

/* Most directories here are empty or mount points: one call deletes an empty one, and fails with
 * EBUSY for a mount point. sys_open_same_mount() refuses a mount, too (EXDEV). */
static void delete_dir(int dir, const char *name, int depth)
{
	int fd;

	if (sys_unlinkat(dir, name, AT_REMOVEDIR) != -ENOTEMPTY)
		return;
	fd = sys_open_same_mount(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0) {
		if (fd != -EXDEV)
			log_warn(fd, "empty %s", name);
		return;
	}
	if (depth < EMPTY_TREE_DEPTH)
		empty_dir(fd, depth);
	else
		log_print(LOG_WARNING, "%s is too deep: not deleted", name);
	sys_close(fd);
	sys_unlinkat(dir, name, AT_REMOVEDIR); /* fails if a mount is below it */
}

/* It is safe to delete entries while reading the directory: ramfs and tmpfs keep a cursor in the
 * list of the remaining entries, which a deletion does not shift. */
static void empty_dir(int dir, int depth)
{
	_Alignas(8) uint8_t buffer[DIRENTS_SIZE];
	long got = ROOM;

	/* If the result has room for another name, it was the last one. */
	while (got >= ROOM && (got = sys_getdents(dir, buffer, sizeof(buffer))) > 0) {
		struct span rest = { buffer, (size_t)got };
		struct dirent_view entry;

		while (dirents_next(&rest, &entry)) {
			if (entry.type == DT_DIR)
				delete_dir(dir, entry.name, depth + 1);
			else
				delete_file(dir, &entry);
		}
	}
}

void empty_tree(const char *path)
{
	int fd = sys_open(path, O_RDONLY | O_DIRECTORY);

	if (fd < 0) {
		log_warn(fd, "empty %s", path);
		return;
	}
	empty_dir(fd, 0);
	sys_close(fd);
}
