/* SPDX-License-Identifier: MIT */
/* microcode_parse.h - one file of microcode: whose it is, whether it is whole, for which
 * processors. */
#ifndef TOOLS_LIB_MICROCODE_PARSE_H
#define TOOLS_LIB_MICROCODE_PARSE_H

#include "init/pure/span.h"
#include "tools/lib/sources/microcode.h"

/* Whose updates a file has, by its first bytes; MICROCODE_VENDORS: it has none. */
enum microcode_vendor microcode_vendor_of(struct span file);

/* Parses the first update of *file, which then begins after it. Returns whether the filter accepts
 * it, or -1 with *fault set to a static text. AMD's containers are one update. */
int microcode_next(enum microcode_vendor vendor, struct span *file,
		   const struct microcode_filter *filter, struct span *update, const char **fault);

#endif
