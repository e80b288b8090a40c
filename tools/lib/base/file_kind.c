// SPDX-License-Identifier: MIT
/* file_kind.c - what kinds of files there are, and what each is called. */
#include "tools/lib/base/file_kind.h"

#include <stddef.h>
#include <sys/stat.h>

#include "init/pure/count.h"

static const struct file_kind kinds[] = {
	{ S_IFREG, '-', "file", "file", "file" },
	{ S_IFDIR, 'd', "dir", "directory", "directory" },
	{ S_IFLNK, 'l', "slink", "symlink", "symlink" },
	{ S_IFCHR, 'c', "nod", "character", "character device" },
	{ S_IFBLK, 'b', "nod", "block", "block device" },
	{ S_IFIFO, 'p', "pipe", "fifo", "pipe" },
	{ S_IFSOCK, 's', "sock", "socket", "socket" },
};

struct file_kind file_kind(uint32_t mode)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].mode == (mode & S_IFMT))
			return kinds[i];
	return (struct file_kind){ mode & S_IFMT, '?', NULL, "unknown", "file of an unknown kind" };
}
