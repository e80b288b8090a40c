/* empty_tree.c - deletes what lies on one file system below a directory. */
#include "init/sys/empty_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "init/pure/dirents.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define DIRENTS_SIZE 1024 /* bytes; EMPTY_TREE_DEPTH of them lie on the stack at the most */
#define ROOM	     (DIRENTS_SIZE - 280) /* 19 bytes, a name of 255 and its NUL, aligned to 8 */
#define PAGE	     4096

static void empty_dir(uint64_t *freed, int dir, int depth);

static void delete_file(uint64_t *freed, int dir, const struct dirent_view *entry)
{
	struct stat st;
	int error = entry->type == DT_REG ? sys_statat(dir, entry->name, &st) : 0;

	if (!error && entry->type == DT_REG && st.st_nlink == 1)
		*freed += ((uint64_t)st.st_size + PAGE - 1) / PAGE * PAGE;
	error = sys_unlinkat(dir, entry->name, 0);
	if (error && error != -ENOENT)
		log_say(LOG_DEBUG, "%s stays (%d)", entry->name, error);
}

/* What is mounted cannot be opened this way (EXDEV), nor could its mount point be removed. */
static void delete_dir(uint64_t *freed, int dir, const char *name, int depth)
{
	int fd = sys_open_same_mount(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

	if (fd < 0) {
		if (fd != -EXDEV)
			log_warn(fd, "empty %s", name);
		return;
	}
	if (depth < EMPTY_TREE_DEPTH)
		empty_dir(freed, fd, depth);
	else
		log_say(LOG_WARNING, "%s lies too deep: it stays", name);
	sys_close(fd);
	sys_unlinkat(dir, name, AT_REMOVEDIR); /* not empty: it holds a mount */
}

/* Deleting while reading is safe here: ramfs and tmpfs keep a cursor in the list of what is
 * left, so that entries that go do not shift those still to come. */
static void empty_dir(uint64_t *freed, int dir, int depth)
{
	_Alignas(8) uint8_t buffer[DIRENTS_SIZE];
	long got = ROOM;

	/* A call that left room for one more name has given all there were. */
	while (got >= ROOM && (got = sys_getdents(dir, buffer, sizeof(buffer))) > 0) {
		struct span rest = { buffer, (size_t)got };
		struct dirent_view entry;

		while (dirents_next(&rest, &entry)) {
			if (entry.type == DT_DIR)
				delete_dir(freed, dir, entry.name, depth + 1);
			else
				delete_file(freed, dir, &entry);
		}
	}
}

uint64_t empty_tree(const char *path)
{
	uint64_t freed = 0;
	int fd = sys_open(path, O_RDONLY | O_DIRECTORY);

	if (fd < 0) {
		log_warn(fd, "empty %s", path);
		return 0;
	}
	empty_dir(&freed, fd, 0);
	sys_close(fd);
	return freed;
}
