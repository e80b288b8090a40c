/* empty_tree.c - deletes what lies on one file system below a directory. */
#include "init/sys/empty_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "init/pure/dirents.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define DIRENTS_SIZE 1024 /* bytes; EMPTY_TREE_DEPTH of them lie on the stack at the most */
#define PAGE	     4096

struct sweep {
	dev_t device;
	uint64_t freed;
};

static void empty_dir(struct sweep *sweep, int dir, int depth);

static void delete_file(struct sweep *sweep, int dir, const struct dirent_view *entry)
{
	struct stat st;
	int error = entry->type == DT_REG ? sys_statat(dir, entry->name, &st) : 0;

	if (!error && entry->type == DT_REG && st.st_nlink == 1)
		sweep->freed += ((uint64_t)st.st_size + PAGE - 1) / PAGE * PAGE;
	error = sys_unlinkat(dir, entry->name, 0);
	if (error && error != -ENOENT)
		log_say(LOG_DEBUG, "%s stays (%d)", entry->name, error);
}

static void delete_dir(struct sweep *sweep, int dir, const char *name, int depth)
{
	struct stat st;
	int fd = sys_openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

	if (fd < 0)
		return;
	if (sys_fstat(fd, &st) || st.st_dev != sweep->device) {
		sys_close(fd);
		return;
	}
	if (depth < EMPTY_TREE_DEPTH)
		empty_dir(sweep, fd, depth);
	else
		log_say(LOG_WARNING, "%s lies too deep: it stays", name);
	sys_close(fd);
	sys_unlinkat(dir, name, AT_REMOVEDIR); /* not empty: it holds a mount */
}

/* Deleting while reading is safe here: ramfs and tmpfs keep a cursor in the list of what is
 * left, so that entries that go do not shift those still to come. */
static void empty_dir(struct sweep *sweep, int dir, int depth)
{
	_Alignas(8) uint8_t buffer[DIRENTS_SIZE];
	long got;

	while ((got = sys_getdents(dir, buffer, sizeof(buffer))) > 0) {
		struct span rest = { buffer, (size_t)got };
		struct dirent_view entry;

		while (dirents_next(&rest, &entry)) {
			if (entry.type == DT_DIR)
				delete_dir(sweep, dir, entry.name, depth + 1);
			else
				delete_file(sweep, dir, &entry);
		}
	}
}

uint64_t empty_tree(const char *path)
{
	struct sweep sweep = { .freed = 0 };
	struct stat st;
	int fd = sys_open(path, O_RDONLY | O_DIRECTORY);
	int error = fd < 0 ? fd : sys_fstat(fd, &st);

	if (!error) {
		sweep.device = st.st_dev;
		empty_dir(&sweep, fd, 0);
	} else {
		log_warn(error, "empty %s", path);
	}
	if (fd >= 0)
		sys_close(fd);
	return sweep.freed;
}
