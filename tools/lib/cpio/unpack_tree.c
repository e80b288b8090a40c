// SPDX-License-Identifier: MIT
/* unpack_tree.c - the entries of an archive as files in a directory, without root privileges. */
#include "tools/lib/cpio/unpack_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/rights.h"

/*
 * The archive comes from a stranger, and others may write below DIR meanwhile. What must hold:
 * 1. Which names there are in the end is decided in memory (kernel_tree.h). Here each name is made
 *    once; nothing is replaced, moved or removed.
 * 2. Work goes on in one directory at a time, which is held open, and by one name at a time, which
 *    has no slash. The first one is DIR: it was empty after it had been opened.
 * 3. A directory is entered by openat2(2) beneath the one that is open, with no symlink and no
 *    mount followed, and left by "..". The device and inode found there are recorded at the first
 *    time and must be the same at each later one.
 * 4. A file is made with O_EXCL and O_NOFOLLOW. Its bytes, mode and time are set through the
 *    descriptor that made it; those of a directory through the one it was entered by.
 * 5. Another name of a file is made from a descriptor. It is opened beneath DIR with no symlink and
 *    no mount followed, and device and inode must be those of the file that was made.
 * 6. Symlinks are made, and never followed.
 * 7. The recipe names what was made, by the directories it was made in, and no symlink.
 */

struct work {
	const struct archive *archive;
	struct unpacked *out;
	int root; /* DIR */
	int here; /* the directory that is worked in */
	const struct kernel_inode *source; /* the object of `source_fd`, or NULL */
	int source_fd;
	size_t since; /* archive_passed() */
};

#define BENEATH (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV)

static int open_beneath(int dir, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)flags | O_CLOEXEC | O_NOFOLLOW,
				.resolve = BENEATH };

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* Reports with errno. Returns -1. */
static int fail(const struct work *work, const struct kernel_name *name, const char *what)
{
	struct buffer path = { NULL, 0, 0 };
	int err = errno;

	kernel_tree_path(name, &path);
	error_errno(err, "%s: cannot %s %s%s", shown(work->archive->name), what,
		    shown(work->out->dir), shown(path.data));
	buffer_free(&path);
	return -1;
}

static int record(struct kernel_inode *inode, int fd, const struct kernel_name *name)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	inode->dev = st.st_dev;
	inode->ino = st.st_ino;
	inode->made = name;
	return 0;
}

/* 0, or -1 with errno: ESTALE where it is another one than was made. */
static int confirm(const struct kernel_inode *inode, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (st.st_dev == inode->dev && st.st_ino == inode->ino)
		return 0;
	errno = ESTALE;
	return -1;
}

static const struct newc_fields *fields_of(const struct work *work, const struct kernel_name *name)
{
	return &work->archive->entries[name->inode->entry].newc.fields;
}

static int write_all(struct work *work, int fd, struct span data)
{
	struct span piece = { NULL, 0 };

	while (piece.len || data.len) {
		ssize_t len;

		if (!piece.len)
			piece = archive_piece(work->archive, &work->since, &data);
		len = write(fd, piece.data, piece.len);
		if (len < 0 && errno != EINTR)
			return -1;
		if (len > 0)
			piece = (struct span){ piece.data + len, piece.len - (size_t)len };
	}
	return 0;
}

static void set_time(int fd, const struct newc_fields *fields)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = fields->mtime } };

	futimens(fd, times);
}

static int make_file(struct work *work, const struct kernel_name *name)
{
	const struct newc_fields *fields = fields_of(work, name);
	struct span data = work->archive->entries[name->inode->content].newc.data;
	int fd = openat(work->here, name->name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = 0;

	if (fd < 0)
		return fail(work, name, "create");
	if (write_all(work, fd, data) < 0 || fchmod(fd, (fields->mode & 0777) | 0400) < 0 ||
	    record(name->inode, fd, name) < 0)
		result = fail(work, name, "write");
	set_time(fd, fields);
	if (close(fd) < 0 && !result)
		result = fail(work, name, "write");
	return result;
}

/* Bytes of a path that one call takes: all, or those before a slash. */
static size_t piece_len(const char *path)
{
	size_t len = strlen(path);

	if (len < PATH_MAX)
		return len;
	for (len = PATH_MAX - 1; path[len] != '/';)
		len--;
	return len;
}

/* Opens a file that was made again, by its path from DIR. Returns a descriptor, or -1 with errno.
 */
static int open_again(const struct work *work, const struct kernel_name *name)
{
	struct buffer path = { NULL, 0, 0 };
	int fd = work->root, is_last = 0, err = 0;
	char *at;

	kernel_tree_path(name, &path);
	for (at = path.data + 1; fd >= 0 && !is_last;) {
		size_t len = piece_len(at);
		int from = fd;

		is_last = !at[len];
		at[len] = '\0';
		fd = open_beneath(from, at, O_PATH);
		err = errno;
		if (from != work->root)
			close(from);
		at += len + 1;
	}
	buffer_free(&path);
	errno = err;
	return fd;
}

/* Names of one file often come one after another: it is opened once for all of them. */
static int open_source(struct work *work, const struct kernel_inode *inode)
{
	int fd, err;

	if (work->source == inode)
		return work->source_fd;
	fd = open_again(work, inode->made);
	if (fd < 0)
		return -1;
	if (confirm(inode, fd) < 0) {
		err = errno;
		close(fd);
		errno = err;
		return -1;
	}
	if (work->source)
		close(work->source_fd);
	work->source = inode;
	work->source_fd = fd;
	return fd;
}

/* Since Linux 6.10 everybody may link what they have opened; before, by way of /proc. */
static int link_open(int fd, int dir, const char *name)
{
	char path[64];

	if (!linkat(fd, "", dir, name, AT_EMPTY_PATH))
		return 0;
	if (errno != ENOENT && errno != EPERM)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW);
}

static int make_name(struct work *work, const struct kernel_name *name)
{
	int fd;

	if (!name->inode->made)
		return make_file(work, name);
	fd = open_source(work, name->inode);
	if (fd < 0)
		return fail(work, name, "open the other name of");
	if (!link_open(fd, work->here, name->name))
		return 0;
	/* As many as the file system has, or no links at all: then a copy. */
	if (errno == EMLINK || errno == EPERM || errno == EOPNOTSUPP)
		return make_file(work, name);
	return fail(work, name, "link");
}

static int make_symlink(const struct work *work, const struct kernel_name *name)
{
	struct span text = work->archive->entries[name->inode->content].newc.data;
	char *target = xstrndup((const char *)text.data, text.len);
	int result = symlinkat(target, work->here, name->name);

	if (result < 0)
		result = fail(work, name, "create");
	free(target);
	return result;
}

static void go_to(struct work *work, int fd)
{
	if (work->here != work->root)
		close(work->here);
	work->here = fd;
}

static int enter(struct work *work, const struct kernel_name *name)
{
	int fd;

	/* Its own mode follows when all is in it. */
	if (mkdirat(work->here, name->name, 0700) < 0)
		return fail(work, name, "create");
	fd = open_beneath(work->here, name->name, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fail(work, name, "open");
	go_to(work, fd);
	return record(name->inode, fd, name) < 0 ? fail(work, name, "open") : 0;
}

static int leave(struct work *work, const struct kernel_name *name)
{
	const struct newc_fields *fields = fields_of(work, name);
	int fd = work->root;

	fchmod(work->here, (fields->mode & 0777) | 0700);
	set_time(work->here, fields);
	if (name->parent->parent)
		fd = openat(work->here, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(work, name, "leave");
	go_to(work, fd);
	return confirm(name->parent->inode, fd) < 0 ? fail(work, name, "leave") : 0;
}

static int make(struct work *work, const struct kernel_name *name)
{
	switch (name->inode->kind) {
	case S_IFREG:
		return make_name(work, name);
	case S_IFDIR:
		return enter(work, name);
	case S_IFLNK:
		return make_symlink(work, name);
	default:
		return 0;
	}
}

/* Each directory with all below it, then the name after it: however deep, one is open. */
static int make_all(struct work *work)
{
	const struct kernel_tree *tree = work->out->tree;
	const struct kernel_name *dir = &tree->root, *name = dir->first;
	int result = 0;

	while (!result && (name || dir->parent)) {
		if (!name) {
			result = leave(work, dir);
			name = dir->next;
			dir = dir->parent;
			continue;
		}
		result = make(work, name);
		if (name->inode->kind == S_IFDIR) {
			dir = name;
			name = dir->first;
		} else {
			name = name->next;
		}
	}
	return result;
}

static bool is_empty(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	while (stream && count < 3 && readdir(stream))
		count++;
	if (stream)
		closedir(stream);
	else if (fd >= 0)
		close(fd);
	return count <= 2; /* "." and ".." */
}

/* The name of an open directory, from "/" on and without a symlink; malloc'd. NULL with errno. */
static char *resolve(const char *dir, const struct kernel_inode *inode)
{
	char *path = realpath(dir, NULL);
	int fd = path ? open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1, err;

	if (fd >= 0 && !confirm(inode, fd)) {
		close(fd);
		return path;
	}
	err = errno;
	if (fd >= 0)
		close(fd);
	free(path);
	errno = err;
	return NULL;
}

static int open_dir(struct work *work, const char *dir)
{
	struct kernel_inode *inode = &work->out->tree->root_inode;
	int err;

	if (mkdir(dir, rights_left(0777)) < 0 && errno != EEXIST)
		return error_errno(errno, "%s: cannot create", shown(dir));
	work->root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (work->root < 0)
		return error_errno(errno, "%s: cannot open", shown(dir));
	if (is_empty(work->root)) {
		if (!record(inode, work->root, &work->out->tree->root))
			work->out->dir = resolve(dir, inode);
		err = errno;
		if (work->out->dir)
			return 0;
		error_errno(err, "%s: cannot resolve", shown(dir));
	} else {
		error("%s: is not empty: name a new directory", shown(dir));
	}
	close(work->root);
	return -1;
}

static void report_lost(void *archive, size_t index, enum kernel_loss why)
{
	const struct archive *from = archive;

	error("%s: %s is lost: %s", shown(from->name), shown(from->entries[index].path),
	      kernel_losses[why]);
}

int unpack_tree(const struct archive *archive, const char *dir, struct unpacked *unpacked)
{
	const struct kernel_watch watch = { .lost = report_lost, .context = (void *)archive };
	struct work work = { .archive = archive, .out = unpacked };
	int result;

	*unpacked = (struct unpacked){ .tree = kernel_tree_new(archive, &watch) };
	if (open_dir(&work, dir) < 0)
		return -1;
	work.here = work.root;
	result = make_all(&work);
	if (work.source)
		close(work.source_fd);
	go_to(&work, work.root);
	close(work.root);
	return result;
}

void unpacked_free(struct unpacked *unpacked)
{
	kernel_tree_free(unpacked->tree);
	free(unpacked->dir);
}

static char *place_of(const struct unpacked *unpacked, const struct kernel_name *name)
{
	struct buffer place = { NULL, 0, 0 };

	buffer_text(&place, strcmp(unpacked->dir, "/") ? unpacked->dir : "");
	kernel_tree_path(name, &place);
	return place.data;
}

char *unpacked_path(const struct unpacked *unpacked, const struct kernel_name *name)
{
	char *place;

	if (!name->inode->made)
		return NULL;
	place = place_of(unpacked, name->inode->made);
	if (strlen(place) < PATH_MAX)
		return place;
	free(place);
	place = place_of(unpacked, name); /* of another name */
	if (strlen(place) < PATH_MAX)
		return place;
	error("%s: is not in the recipe: a path has up to 4095 bytes", shown(place));
	free(place);
	return NULL;
}
