/* disk_files.c - files of the file system on a disk's image or a block device, by libext2fs. */
#include "tools/lib/check/disk_files.h"

#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <inttypes.h>
#include <stdlib.h>

#include "tools/lib/base/library.h"
#include "tools/lib/base/mem.h"

#define CALLS(row)                                                                               \
	row(ext2fs_open2) row(ext2fs_close_free) row(ext2fs_namei_follow) row(ext2fs_read_inode) \
		row(ext2fs_file_open) row(ext2fs_file_read) row(ext2fs_file_close)               \
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
};

bool disk_files_reads(enum format format)
{
	return format == FORMAT_EXT2 || format == FORMAT_EXT3 || format == FORMAT_EXT4;
}

/* NULL, or why it cannot be had. The last symbol is there when all are. */
static const char *load(void)
{
	return ext2.unix_io_manager ? NULL
				    : library_load("libext2fs.so.2", symbols,
						   sizeof(symbols) / sizeof(symbols[0]), &ext2);
}

struct disk_files *disk_files_open(const char *path, uint64_t start, const char **why)
{
	const int flags = EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES;
	struct disk_files files;
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

static long read_head(struct disk_files *files, ext2_ino_t number, uint8_t *head, size_t size)
{
	ext2_file_t file;
	unsigned int got = 0;
	errcode_t error = ext2.ext2fs_file_open(files->fs, number, 0, &file);

	if (error)
		return -EIO;
	error = ext2.ext2fs_file_read(file, head, (unsigned int)size, &got);
	ext2.ext2fs_file_close(file);
	return error ? -EIO : (long)got;
}

long disk_files_head(struct disk_files *files, const char *path, uint32_t *mode, uint8_t *head,
		     size_t size)
{
	struct ext2_inode inode;
	ext2_ino_t number;

	switch (ext2.ext2fs_namei_follow(files->fs, EXT2_ROOT_INO, EXT2_ROOT_INO, path, &number)) {
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
	if (ext2.ext2fs_read_inode(files->fs, number, &inode))
		return -EIO;
	*mode = inode.i_mode;
	return LINUX_S_ISREG(inode.i_mode) ? read_head(files, number, head, size) : 0;
}
