/* SPDX-License-Identifier: MIT */
/* temporary_file.h - files without a name: whatever ends the program, nothing of them stays. */
#ifndef TOOLS_LIB_TEMPORARY_FILE_H
#define TOOLS_LIB_TEMPORARY_FILE_H

#include <stddef.h>
#include <stdint.h>

/* A new file of mode 0600 for reading and writing in a directory, which nameless_link() can give a
 * name (O_TMPFILE of open(2)). -1 with errno: EOPNOTSUPP where the file system has none or /proc,
 * which the name needs, is not mounted. */
int nameless_open(const char *dir);

/* Gives it the path, and replaces what has that path at once. Needs a temporary name for a moment
 * if the path exists. Returns 0, or -1 with errno. */
int nameless_link(int fd, const char *path);

/* $TMPDIR, else /tmp; and a new file in it. -1 with errno. */
const char *temporary_dir(void);
int temporary_open(void);

/* Writes all bytes at *at, which moves after them. 0, or -1 with errno. */
int temporary_write(int fd, const void *data, size_t len, int64_t *at);

#endif
