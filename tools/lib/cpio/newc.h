/* SPDX-License-Identifier: MIT */
/* newc.h - the cpio format that the kernel unpacks, read by the kernel's rules. */
#ifndef TOOLS_LIB_NEWC_H
#define TOOLS_LIB_NEWC_H

#include <stdbool.h>

#include "init/pure/newc.h"

struct newc_entry {
	struct newc_fields fields;
	const char *name; /* in the archive, ended by NUL; may begin with "/" or "./" */
	struct span data; /* fields.size bytes; a symlink's target has no NUL at its end */
	size_t offset; /* of the header, bytes from the start of the span, gaps counted */
	unsigned int archive; /* counts the trailers before: hard links do not cross them */
};

/* Where the bytes of a file, with the padding after them, are not in the span. */
struct newc_gap {
	size_t at; /* in the span */
	uint64_t len;
};

struct newc_reader {
	struct span span; /* set this, and the rest to 0 */
	const struct newc_gap
		*gaps; /* or this, too: in their order; data of an entry is NULL there */
	size_t gap_count, gap_next;
	size_t gone; /* bytes of the gaps that were passed */
	size_t offset; /* bytes: where in the span the next header is looked for */
	unsigned int archive;
	const char *fault; /* after NEWC_FAULT: the reason */
	size_t fault_offset; /* bytes */
	size_t beyond; /* where the kernel continues after the fault, or 0: it stops there */
};

enum newc_result {
	NEWC_ENTRY, /* *entry is filled in */
	NEWC_END, /* the span ended where an archive may end */
	NEWC_OTHER, /* no archive at reader->offset: after a raw one, a compressed one */
	NEWC_FAULT, /* the kernel would stop or lose the entry; see reader->fault */
};

/* The next entry. Trailers, and zero bytes between entries, are stepped over. Never reads outside
 * the span, allocates nothing, and each NEWC_ENTRY moves reader->offset forward. */
enum newc_result newc_next(struct newc_reader *reader, struct newc_entry *entry);

/* After NEWC_FAULT: false if the kernel stops, too. If the kernel skips the entry without a
 * message, the reader is after it then. Source: do_header() of init/initramfs.c. */
bool newc_pass_over(struct newc_reader *reader);

/* Where the bytes of an entry are, gaps counted. */
size_t newc_data_offset(const struct newc_entry *entry);

#endif
