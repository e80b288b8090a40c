/* SPDX-License-Identifier: MIT */
/* temporary_file.h - bytes that are not in a file of this machine: members of tar archives wait
 * here. */
#ifndef TOOLS_LIB_TEMPORARY_FILE_H
#define TOOLS_LIB_TEMPORARY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "init/pure/span.h"
#include "tools/lib/base/mem.h"

/* A piece of an open file. */
struct blob {
	int fd;
	uint64_t at, size; /* bytes */
	const char *name; /* for messages */
};

/* Appends to the one temporary file of this run, which has no name and is in $TMPDIR or /tmp, so
 * that a large archive need not fit into memory. Returns its offset in the spool, or -1 after
 * reporting: no such directory, or it is full. */
int64_t spool_add(const void *data, size_t len);

/* The same with zero bytes, which take no room. 0, or -1 after reporting. */
int spool_hole(uint64_t len);

/* The piece of the spool from a place on. */
struct blob spool_blob(int64_t at, uint64_t size, const char *name);

/* Reads `len` bytes of the blob, from offset `at`. Returns 0, or -1 after reporting. */
int blob_read(const struct blob *blob, uint64_t at, void *buffer, size_t len);

/* Bytes that come in pieces and are then read as a whole: in memory while they are few, or where no
 * temporary file can be written; then in the spool, mapped. All zero at first. */
struct collected {
	struct span bytes; /* after collect_end() */
	struct buffer memory;
	size_t len;
	int64_t at; /* in the spool, plus 1; 0: in memory */
};

/* Adds a piece: the `write` of a sink. Always 0. One is collected at a time. */
int collect(void *collected, const void *data, size_t len);
void collect_end(struct collected *collected);
void collect_forget(const struct collected *collected); /* as mapped_file_forget() */
void collect_free(struct collected *collected);

/* A new file of mode 0600 for reading and writing in a directory, which nameless_link() can give a
 * name (O_TMPFILE of open(2)). -1 with errno: EOPNOTSUPP where the file system has none or /proc,
 * which the name needs, is not mounted. */
int nameless_open(const char *dir);

/* Gives it the path, and replaces what has that path at once. Needs a temporary name for a moment
 * if the path exists. Returns 0, or -1 with errno. */
int nameless_link(int fd, const char *path);

#endif
