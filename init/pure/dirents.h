/* SPDX-License-Identifier: MIT */
/* dirents.h - the entries that getdents64(2) wrote. */
#ifndef RDINIT_PURE_DIRENTS_H
#define RDINIT_PURE_DIRENTS_H

#include "init/pure/span.h"

struct dirent_view {
	const char *name; /* inside the span, ended by NUL */
	uint8_t type; /* DT_* of readdir(3) */
};

/* Splits the next entry except "." and ".." off `rest`. Returns 1; 0 at the end, or if the entry is
 * not complete. Source: getdents(2). */
int dirents_next(struct span *rest, struct dirent_view *entry);

#endif
