/* spool.h - bytes that are no file of the host: members of tar archives wait here to be written. */
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

/* Appends to the one temporary file of this run, which has no name and lies in $TMPDIR or /tmp, so
 * that memory need not hold what a large archive does. Its place in the spool, or -1 after
 * reporting: no such directory, or it is full. */
int64_t spool_add(const void *data, size_t len);

/* The same with zero bytes, which take no room. 0, or -1 after reporting. */
int spool_hole(uint64_t len);

/* The piece of the spool from a place on. */
struct blob spool_blob(int64_t at, uint64_t size, const char *name);

/* Reads `len` bytes that the blob has, from `at` bytes behind its start. 0, or -1 after
 * reporting. */
int blob_read(const struct blob *blob, uint64_t at, void *buffer, size_t len);

#endif
