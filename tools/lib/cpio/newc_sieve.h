/* SPDX-License-Identifier: MIT */
/* newc_sieve.h - an archive on its way in, of which the files' bytes are not kept. */
#ifndef TOOLS_LIB_NEWC_SIEVE_H
#define TOOLS_LIB_NEWC_SIEVE_H

#include "tools/lib/cpio/newc.h"
#include "tools/lib/base/mem.h"

struct newc_sieve {
	struct buffer *kept; /* set this, and the rest to 0 */
	struct newc_gap *gaps; /* the missing parts, for newc_reader; free() it */
	size_t gap_count;
	uint64_t total; /* bytes that came */

	enum { SIEVE_HEADER, SIEVE_NAME, SIEVE_DATA, SIEVE_ALL } state;
	struct newc_fields fields; /* of the entry at hand */
	size_t start; /* where it begins in `kept` */
	uint64_t left; /* bytes of a file that are still to go */
};

/* The next bytes of an archive, in pieces of any size: the `write` of a sink. Headers, names, texts
 * of symlinks and zeros between them are kept; and all, from the first header on that is strange or
 * has a check sum (070702). Always 0. */
int newc_sieve_write(void *sieve, const void *data, size_t len);

#endif
