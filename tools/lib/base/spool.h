/* SPDX-License-Identifier: MIT */
/* spool.h - bytes that are not in a file of this machine: members of tar archives wait here. */
#ifndef TOOLS_LIB_SPOOL_H
#define TOOLS_LIB_SPOOL_H

#include <stddef.h>
#include <stdint.h>

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

#endif
