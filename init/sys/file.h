/* SPDX-License-Identifier: MIT */
/* file.h - whole small files, on top of sys.h. */
#ifndef RDINIT_SYS_FILE_H
#define RDINIT_SYS_FILE_H

#include <stddef.h>

#include "init/pure/dirents.h"

/* Reads all of `path` and ends it with a NUL (which the length does not count). The length, or
 * -errno; -EFBIG where the file and its NUL do not fit into `size` bytes: never a part of it. */
long file_read(const char *path, char *buffer, size_t size);
/* The same of what is open; it is closed. `fd` may be the -errno of opening it. */
long file_take(int fd, char *buffer, size_t size);
/* The file's first line, without the newline. 1; 0, and "": there is none, or it is empty, or the
 * file does not fit into `size` bytes. */
int file_line(const char *path, char *text, size_t size);

/* Makes the file anew, in place of whatever has the name, a symlink too, with this text. 0 or
 * -errno. */
int file_replace(const char *path, const char *text);

/* Calls each(entry, argument) for every entry of the directory but "." and "..", in no order.
 * Stops at the first result that is not 0 and returns it; else 0, or -errno. */
int file_each(const char *dir, int (*each)(const struct dirent_view *entry, void *argument),
	      void *argument);

#endif
