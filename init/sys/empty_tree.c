// SPDX-License-Identifier: MIT
/* empty_tree.c - deletes what lies on one file system below a directory. */
#include "init/sys/empty_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "init/pure/dirents.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define DIRENTS_SIZE 1024 /* bytes; EMPTY_TREE_DEPTH of them lie on the stack at the most */
#define ROOM (DIRENTS_SIZE - 280) /* 19 bytes, a name of 255 and its NUL, aligned to 8 */

static void empty_dir(int dir, int depth);

static void delete_file(int dir, const struct dirent_view *entry)
{
	int error = sys_unlinkat(dir, entry->name, 0);

	if (error && error != -ENOENT)
		log_say(LOG_DEBUG, "%s: not deleted (%d)", entry->name, error);
}

/* Most directories of an initramfs are mount points: an empty one goes in one call, and one that
 * holds a mount says EBUSY. Nor could what is mounted be opened this way (EXDEV). */
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
		log_say(LOG_WARNING, "%s is too deep: not deleted", name);
	sys_close(fd);
	sys_unlinkat(dir, name, AT_REMOVEDIR); /* not empty: it holds a mount */
}

/* Deleting while reading is safe here: ramfs and tmpfs keep a cursor in the list of what is
 * left, so that entries that go do not shift those still to come. */
static void empty_dir(int dir, int depth)
{
	_Alignas(8) uint8_t buffer[DIRENTS_SIZE];
	long got = ROOM;

	/* A call that left room for one more name has given all there were. */
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
