/* SPDX-License-Identifier: MIT */
/* dirents.h - the entries that getdents64(2) wrote. */
#ifndef RDINIT_PURE_DIRENTS_H
#define RDINIT_PURE_DIRENTS_H

#include "init/pure/span.h"

struct dirent_view {
	const char *name; /* inside the span, ended by NUL */
	uint8_t type; /* DT_* of readdir(3) */
};

/* Takes the next entry that is neither "." nor ".." off `rest`. 1, or 0 at the end (or where the
 * bytes are not whole entries). Source: getdents(2). */
int dirents_next(struct span *rest, struct dirent_view *entry);

#endif
