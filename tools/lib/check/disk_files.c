/* disk_files.c - files of the file system on a disk's image or a block device, by libext2fs. */
#include "tools/lib/check/disk_files.h"

#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <inttypes.h>
#include <stdlib.h>

#include "tools/lib/base/mem.h"

struct disk_files {
	ext2_filsys fs;
};

bool disk_files_reads(enum format format)
{
	return format == FORMAT_EXT2 || format == FORMAT_EXT3 || format == FORMAT_EXT4;
}

struct disk_files *disk_files_open(const char *path, uint64_t start, const char **why)
{
	char *options = xasprintf("offset=%" PRIu64, start);
	ext2_filsys fs;
	errcode_t error =
		ext2fs_open2(path, options, EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES, 0, 0,
			     unix_io_manager, &fs);
	struct disk_files *files;

	free(options);
	if (error) {
		*why = error_message(error);
		return NULL;
	}
	files = xcalloc(1, sizeof(*files));
	files->fs = fs;
	return files;
}

void disk_files_close(struct disk_files *files)
{
	if (files)
		ext2fs_close_free(&files->fs);
	free(files);
}

static long read_head(struct disk_files *files, ext2_ino_t number, uint8_t *head, size_t size)
{
	ext2_file_t file;
	unsigned int got = 0;
	errcode_t error = ext2fs_file_open(files->fs, number, 0, &file);

	if (error)
		return -EIO;
	error = ext2fs_file_read(file, head, (unsigned int)size, &got);
	ext2fs_file_close(file);
	return error ? -EIO : (long)got;
}

long disk_files_head(struct disk_files *files, const char *path, uint32_t *mode, uint8_t *head,
		     size_t size)
{
	struct ext2_inode inode;
	ext2_ino_t number;

	switch (ext2fs_namei_follow(files->fs, EXT2_ROOT_INO, EXT2_ROOT_INO, path, &number)) {
	case 0:
		break;
	case EXT2_ET_FILE_NOT_FOUND:
	case EXT2_ET_NO_DIRECTORY:
		return -ENOENT;
	case EXT2_ET_SYMLINK_LOOP:
		return -ELOOP;
	default:
		return -EIO;
	}
	if (ext2fs_read_inode(files->fs, number, &inode))
		return -EIO;
	*mode = inode.i_mode;
	return LINUX_S_ISREG(inode.i_mode) ? read_head(files, number, head, size) : 0;
}
