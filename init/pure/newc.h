/* SPDX-License-Identifier: MIT */
/* newc.h - the header of an entry in the cpio format that the kernel unpacks. */
#ifndef RDINIT_PURE_NEWC_H
#define RDINIT_PURE_NEWC_H

#include "init/pure/span.h"

/* Source: Documentation/driver-api/early-userspace/buffer-format.rst and init/initramfs.c. */
#define NEWC_HEADER 110 /* bytes: 6 of magic and 13 fields of 8 hex digits */
#define NEWC_TRAILER "TRAILER!!!"
#define NEWC_FILE_MAX 0xffffffffu /* bytes of one file: 8 hex digits */

struct newc_fields { /* in the order of the header */
	uint32_t ino, mode, uid, gid, nlink, mtime, size, dev_major, dev_minor;
	uint32_t rdev_major, rdev_minor, namesize, check;
};

/* Reads the fields of a header; its magic number is ignored. Returns 0, or the offset of a
 * field that is not 8 hex digits. */
size_t newc_fields_read(const uint8_t header[NEWC_HEADER], struct newc_fields *fields);

/* Writes the header of an entry (no NUL at the end). */
void newc_header(uint8_t header[NEWC_HEADER], const struct newc_fields *fields);

/* Zero bytes that follow `len` bytes to reach a multiple of 4. */
static inline size_t newc_padding(uint64_t len)
{
	return (size_t)(-len & 3);
}

#endif
