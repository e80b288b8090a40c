/* SPDX-License-Identifier: MIT */
/* newc_writer_parts.h - an archive that is being written; between writer*.c. */
#ifndef TOOLS_LIB_NEWC_WRITER_PARTS_H
#define TOOLS_LIB_NEWC_WRITER_PARTS_H

#include <limits.h>
#include <stdbool.h>

#include "tools/lib/cpio/newc.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/cpio/newc_writer.h"

/* From here on a file of an archive that is not compressed begins at a multiple of a block,
 * wherever it is written, so that its bytes are the same everywhere; and where the file system can,
 * it shares its blocks with the file that it was made from. Aligning small ones would cost more
 * than it saves. */
#define SHARE_FROM (1024 * 1024) /* bytes */

#define ALIGN_MAX 16
#define HEAD_MAX (NEWC_HEADER + PATH_MAX + 4 + ALIGN_MAX) /* bytes */

struct writer {
	struct groups *groups;
	int64_t newest;
	size_t align; /* bytes: where files' bytes begin, 4 or a multiple of it */
	uint64_t at; /* bytes before the next entry, kept while align counts */
	uint32_t next_ino;
	struct buffer file; /* the bytes read so far of the file at hand */
	struct entry **all; /* in the order of the archive */
	size_t count, next; /* how many; the one after the entry at hand */
	size_t ahead; /* the first that the kernel was not asked to read */
	bool never_waits; /* where files are: a tmpfs cannot say whether it would */
};

/* The header of an entry, its name with `more` NULs, and padding, at `head` (HEAD_MAX bytes). Their
 * length. */
size_t writer_compose(char *head, const struct newc_fields *fields, const char *name, size_t more);

/* The entry's name in the archive, and what its header says when it has `size` bytes. */
const char *writer_name(const struct entry *entry);
struct newc_fields writer_fields(const struct writer *writer, const struct entry *entry,
				 uint32_t size);

/* Write the head of an entry of `size` bytes; an entry with its bytes; the NULs after `len` bytes;
 * and an entry with the bytes of this machine's file. Return 0, or -1 after reporting. */
int writer_entry(struct writer *writer, const struct entry *entry, uint32_t size);
int writer_bytes(struct writer *writer, const struct entry *entry, const void *data, size_t len);
int writer_pad(struct writer *writer, uint64_t len);
int writer_host_file(struct writer *writer, const struct entry *entry);

#endif
