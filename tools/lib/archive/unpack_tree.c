/* unpack_tree.c - the entries of an archive as files in a folder, without rights of root. */
#include "tools/lib/archive/unpack_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"

struct unpacking {
	const struct archive *archive;
	struct unpacked *out;
	int root; /* the folder */
};

static int fail(const struct unpacking *work, const struct archive_entry *entry, const char *what)
{
	return error_errno(errno, "%s: cannot %s %s%s", shown(work->archive->name), what,
			   shown(work->out->dir), shown(entry->path));
}

/* The folder that an entry lies in, every link taken inside our own; -1 with errno. */
static int open_parent(const struct unpacking *work, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	char *parent = path_parent(path);
	int fd = (int)syscall(SYS_openat2, work->root, parent, &how, sizeof(how));
	int err = errno;

	free(parent);
	errno = err;
	return fd;
}

/* Where an open folder is on the host, with `name` behind it; malloc'd. */
static char *place_in(int folder, const char *name)
{
	char *link = xasprintf("/proc/self/fd/%d", folder), *place = NULL;
	char path[PATH_MAX];
	ssize_t len = readlink(link, path, sizeof(path) - 1);

	if (len > 0) {
		path[len] = '\0';
		place = path_join(path, name);
	}
	free(link);
	return place;
}

static int write_all(int fd, struct span data)
{
	while (data.len) {
		ssize_t len = write(fd, data.data, data.len);

		if (len < 0 && errno != EINTR)
			return -1;
		if (len > 0)
			data = (struct span){ data.data + len, data.len - (size_t)len };
	}
	return 0;
}

static struct timespec mtime_of(const struct newc_fields *fields)
{
	return (struct timespec){ .tv_sec = fields->mtime };
}

static int make_file(struct unpacking *work, size_t index, int folder, const char *name)
{
	const struct archive_entry *entry = &work->archive->entries[index];
	const struct newc_fields *fields = &entry->newc.fields;
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, mtime_of(fields) };
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = 0;

	if (fd < 0)
		return fail(work, entry, "create");
	if (write_all(fd, archive_data(work->archive, entry)) < 0 ||
	    fchmod(fd, (fields->mode & 0777) | 0400) < 0)
		result = fail(work, entry, "write");
	if (!result)
		futimens(fd, times);
	if (close(fd) < 0 && !result)
		result = fail(work, entry, "write");
	work->out->places[index] = place_in(folder, name);
	return result;
}

/* A name of a file that has one already, or the file itself. */
static int make_name(struct unpacking *work, size_t index, int folder, const char *name)
{
	const struct archive *archive = work->archive;
	const struct archive_entry *entry = &archive->entries[index];

	for (size_t i = 0; i < index && entry->newc.fields.nlink > 1; i++) {
		const char *place = work->out->places[i];

		if (!place || !archive_same_file(entry, &archive->entries[i]) ||
		    linkat(AT_FDCWD, place, folder, name, 0) < 0)
			continue;
		work->out->places[index] = xstrdup(place);
		return 0;
	}
	return make_file(work, index, folder, name);
}

static int make_link(struct unpacking *work, const struct archive_entry *entry, int folder,
		     const char *name)
{
	char *target = xstrndup((const char *)entry->newc.data.data, entry->newc.data.len);
	int result = symlinkat(target, folder, name);

	free(target);
	return result < 0 ? fail(work, entry, "create") : 0;
}

static int make_dir(struct unpacking *work, const struct archive_entry *entry, int folder,
		    const char *name)
{
	/* Its own mode follows when all is in it. */
	if (mkdirat(folder, name, 0700) < 0 && errno != EEXIST)
		return fail(work, entry, "create");
	return 0;
}

/* What an earlier entry left at this name. 0 where the way is free, 1 where it is not. */
static int clear_way(struct unpacking *work, const struct archive_entry *entry, int folder,
		     const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISDIR(st.st_mode) && S_ISDIR(entry->newc.fields.mode))
		return 0;
	if (!unlinkat(folder, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0))
		return 0;
	error_errno(errno, "%s: %s is lost: it cannot replace what is there",
		    shown(work->archive->name), shown(entry->path));
	work->out->lost++;
	return 1;
}

static int make_entry(struct unpacking *work, size_t index, int folder)
{
	const struct archive_entry *entry = &work->archive->entries[index];
	const char *name = path_name(entry->path);

	if (clear_way(work, entry, folder, name))
		return 0;
	switch (entry->newc.fields.mode & S_IFMT) {
	case S_IFREG:
		return make_name(work, index, folder, name);
	case S_IFDIR:
		return make_dir(work, entry, folder, name);
	case S_IFLNK:
		return make_link(work, entry, folder, name);
	default:
		return 0;
	}
}

static int place_entry(struct unpacking *work, size_t index)
{
	const struct archive_entry *entry = &work->archive->entries[index];
	int folder, result;

	if (!entry->path[1])
		return 0;
	folder = open_parent(work, entry->path);
	if (folder < 0) {
		error_errno(errno, "%s: %s is lost: no folder for it", shown(work->archive->name),
			    shown(entry->path));
		work->out->lost++;
		return 0;
	}
	result = make_entry(work, index, folder);
	close(folder);
	return result;
}

/* Backwards, so that a folder without rights to write comes after what lies in it. */
static void set_dirs(struct unpacking *work)
{
	for (size_t i = work->archive->count; i-- > 0;) {
		const struct archive_entry *entry = &work->archive->entries[i];
		struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					     mtime_of(&entry->newc.fields) };
		int folder;

		if (!S_ISDIR(entry->newc.fields.mode) || !entry->path[1] ||
		    archive_find(work->archive, entry->path) != entry)
			continue;
		folder = open_parent(work, entry->path);
		if (folder < 0)
			continue;
		fchmodat(folder, path_name(entry->path), (entry->newc.fields.mode & 0777) | 0700,
			 0);
		utimensat(folder, path_name(entry->path), times, AT_SYMLINK_NOFOLLOW);
		close(folder);
	}
}

static int is_empty(const char *dir)
{
	DIR *stream = opendir(dir);
	int count = 0;

	while (stream && count < 3 && readdir(stream))
		count++;
	if (stream)
		closedir(stream);
	return count <= 2; /* "." and ".." */
}

static int open_dir(const char *dir, struct unpacked *out)
{
	int fd;

	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return error_errno(errno, "%s: cannot create", shown(dir));
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(errno, "%s: cannot open", shown(dir));
	if (is_empty(dir)) {
		out->dir = realpath(dir, NULL);
		if (out->dir)
			return fd;
		error_errno(errno, "%s: cannot resolve", shown(dir));
	} else {
		error("%s: is not empty: extract makes a folder of its own", shown(dir));
	}
	close(fd);
	return -1;
}

int unpack_tree(const struct archive *archive, const char *dir, struct unpacked *unpacked)
{
	struct unpacking work = { .archive = archive, .out = unpacked };
	int result = 0;

	*unpacked = (struct unpacked){ 0 };
	work.root = open_dir(dir, unpacked);
	if (work.root < 0)
		return -1;
	unpacked->places = xcalloc(archive->count + 1, sizeof(*unpacked->places));
	for (size_t i = 0; i < archive->count && !result; i++)
		result = place_entry(&work, i);
	if (!result)
		set_dirs(&work);
	close(work.root);
	return result;
}

void unpacked_free(struct unpacked *unpacked, const struct archive *archive)
{
	for (size_t i = 0; unpacked->places && i < archive->count; i++)
		free(unpacked->places[i]);
	free(unpacked->places);
	free(unpacked->dir);
}
