/* SPDX-License-Identifier: MIT */
/* file.h - read whole small files and directories. */
#ifndef RDINIT_SYS_FILE_H
#define RDINIT_SYS_FILE_H

#include <limits.h>
#include <stddef.h>

#include "init/pure/dirents.h"

/* Reads all of `path` and appends a NUL. Returns the length without the NUL, or -errno; -EFBIG if
 * the file and the NUL do not fit into `size` bytes. Never returns a part of the file. */
long file_read(const char *path, char *buffer, size_t size);
/* Reads and closes `fd`, which may be the -errno of opening it. */
long file_read_fd(int fd, char *buffer, size_t size);
/* Reads the file's first line, without the newline. Returns 1; or 0, with "" in `text`, if there
 * is no such file, its first line is empty, or it does not fit into `size` bytes. */
int file_line(const char *path, char *text, size_t size);

/* Replaces `last` by the name in the directory that follows it in the order of bytes, of those that
 * are wanted; "" is before the first. Needs no memory for a list. Returns 1; 0 if there is none, or
 * no directory; or -errno (already logged). */
int file_next_name(const char *dir, int (*is_wanted)(const char *name), char last[NAME_MAX + 1]);

/* Writes the text to a file that exists. Returns 0 or -errno. */
int file_write(const char *path, const char *text);

/* Replaces whatever `path` is, also a symlink, by a file with this text. Returns 0 or -errno. */
int file_replace(const char *path, const char *text);

/* Calls each(entry, argument) for every entry of the directory except "." and "..", in no
 * particular order. Stops at the first result that is not 0 and returns it. Returns 0 at the end,
 * or -errno. */
int file_each(const char *dir, int (*each)(const struct dirent_view *entry, void *argument),
	      void *argument);

#endif
