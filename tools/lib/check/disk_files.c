// SPDX-License-Identifier: MIT
/* disk_files.c - files of the file system on a disk's image or a block device, by libext2fs. */
#include "tools/lib/check/disk_files.h"

#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "tools/lib/base/library.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/walk.h"

#define CALLS(row)                                                                        \
	row(ext2fs_open2) row(ext2fs_close_free) row(ext2fs_namei) row(ext2fs_read_inode) \
		row(ext2fs_file_open) row(ext2fs_file_read) row(ext2fs_file_close)        \
			row(error_message)

static struct {
#define ROW(name) __typeof__(&name) name;
	CALLS(ROW)
#undef ROW
	io_manager *unix_io_manager;
} ext2;

static const struct library_symbol symbols[] = {
#define ROW(name) { #name, offsetof(__typeof__(ext2), name) },
	CALLS(ROW) ROW(unix_io_manager)
#undef ROW
};

struct disk_files {
	ext2_filsys fs;
	ext2_ino_t number; /* the last file that was found, and its inode */
	struct ext2_inode inode;
};

bool disk_files_reads(enum format format)
{
	return format == FORMAT_EXT2 || format == FORMAT_EXT3 || format == FORMAT_EXT4;
}

/* NULL, or why it cannot be had. The last symbol is there when all are. */
static const char *load(void)
{
	return ext2.unix_io_manager
		       ? NULL
		       : library_load("libext2fs.so.2", symbols, COUNT(symbols), &ext2);
}

struct disk_files *disk_files_open(const char *path, uint64_t start, const char **why)
{
	const int flags = EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES;
	struct disk_files files = { .fs = NULL };
	errcode_t error;
	char *options;

	*why = load();
	if (*why)
		return NULL;
	options = xasprintf("offset=%" PRIu64, start);
	error = ext2.ext2fs_open2(path, options, flags, 0, 0, *ext2.unix_io_manager, &files.fs);
	free(options);
	if (error) {
		*why = ext2.error_message(error);
		return NULL;
	}
	return xmemdup(&files, sizeof(files));
}

void disk_files_close(struct disk_files *files)
{
	if (files)
		ext2.ext2fs_close_free(&files->fs);
	free(files);
}

/* Goes to what is at a path without links. 0, or -ENOENT or -EIO. */
static int go_to(struct disk_files *files, const char *path)
{
	switch (ext2.ext2fs_namei(files->fs, EXT2_ROOT_INO, EXT2_ROOT_INO, path, &files->number)) {
	case 0:
		break;
	case EXT2_ET_FILE_NOT_FOUND:
	case EXT2_ET_NO_DIRECTORY:
		return -ENOENT;
	default:
		return -EIO;
	}
	return ext2.ext2fs_read_inode(files->fs, files->number, &files->inode) ? -EIO : 0;
}

/* Short texts of links stand in the inode, in place of its blocks. */
static bool is_fast_link(const struct ext2_inode *inode)
{
	return LINUX_S_ISLNK(inode->i_mode) && inode->i_size < sizeof(inode->i_block) &&
	       !(inode->i_flags & (EXT4_EXTENTS_FL | EXT4_INLINE_DATA_FL));
}

/* The first bytes of the file, or of the text of the symbolic link, that was gone to. */
static long read_first(struct disk_files *files, void *to, size_t size)
{
	ext2_file_t file;
	unsigned int got = 0;
	errcode_t error;

	if (is_fast_link(&files->inode)) {
		got = files->inode.i_size < size ? files->inode.i_size : (unsigned int)size;
		memcpy(to, files->inode.i_block, got);
		return got;
	}
	error = ext2.ext2fs_file_open(files->fs, files->number, 0, &file);
	if (error)
		return -EIO;
	error = ext2.ext2fs_file_read(file, to, (unsigned int)size, &got);
	ext2.ext2fs_file_close(file);
	return error ? -EIO : (long)got;
}

/* Goes on with the text of the link that was gone to. 0, or -ELOOP or -EIO. */
static int follow(struct disk_files *files, struct walk *walk)
{
	char text[PATH_MAX];
	long len = read_first(files, text, sizeof(text) - 1);

	return len <= 0 ? -EIO : walk_symlink(walk, text, (size_t)len);
}

static int find(struct disk_files *files, const char *path)
{
	struct walk walk;
	int error = 0;

	walk_start(&walk, path);
	while (!error && walk_next(&walk)) {
		error = go_to(files, walk.at.data);
		if (!error && LINUX_S_ISLNK(files->inode.i_mode))
			error = follow(files, &walk);
	}
	if (!error) /* ".." or nothing may have come after what was gone to */
		error = go_to(files, walk.at.data);
	walk_end(&walk);
	return error;
}

long disk_files_head(struct disk_files *files, const char *path, uint32_t *mode, uint8_t *head,
		     size_t size)
{
	int error = find(files, path);

	if (error)
		return error;
	*mode = files->inode.i_mode;
	return LINUX_S_ISREG(*mode) ? read_first(files, head, size) : 0;
}
