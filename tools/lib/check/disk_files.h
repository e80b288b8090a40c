/* SPDX-License-Identifier: MIT */
/* disk_files.h - files of the file system on a disk's image or a block device, without mounting it.
 */
#ifndef TOOLS_LIB_DISK_FILES_H
#define TOOLS_LIB_DISK_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "init/pure/finding.h"

struct disk_files;

/* Whether file systems of this format can be read: ext2, ext3 and ext4. */
bool disk_files_reads(enum format format);

/* The file system that begins `start` bytes into the file. NULL with *why set to a text that is
 * good until the next call: it is damaged, has what the library does not know, or the library is
 * not there. */
struct disk_files *disk_files_open(const char *path, uint64_t start, const char **why);
void disk_files_close(struct disk_files *files); /* NULL is fine */

/* Resolves an absolute path, follows symbolic links, none out of the file system: its mode, and of
 * a regular file up to `size` of its first bytes in `head`. Returns their number, or -ENOENT,
 * -ELOOP, or -EIO if the file system cannot be read. */
long disk_files_head(struct disk_files *files, const char *path, uint32_t *mode, uint8_t *head,
		     size_t size);

#endif
