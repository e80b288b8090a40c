/* SPDX-License-Identifier: MIT */
/* collected.h - bytes that come in pieces and are read as a whole. */
#ifndef TOOLS_LIB_COLLECTED_H
#define TOOLS_LIB_COLLECTED_H

#include "tools/lib/base/mem.h"

/* Bytes that come in pieces and are then read as a whole: in memory while they are few, or where no
 * temporary file can be written; then in a file, mapped. All zero at first. */
struct collected {
	struct span bytes; /* after collect_end() */
	struct buffer memory;
	size_t len;
	int64_t at; /* in the file, plus 1; 0: in memory */
};

/* Adds a piece: the `write` of a sink. Always 0. One is collected at a time. */
int collect(void *collected, const void *data, size_t len);
void collect_end(struct collected *collected);
void collect_forget(const struct collected *collected); /* as mapped_file_forget() */
void collect_free(struct collected *collected);

#endif
