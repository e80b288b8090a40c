/* SPDX-License-Identifier: MIT */
/* chain.h - the directory of FAT32 and exFAT, entry by entry. */
#ifndef RDINIT_PURE_FSPROBE_CHAIN_H
#define RDINIT_PURE_FSPROBE_CHAIN_H

#include "init/pure/view.h"

#define CHAIN_ENTRY 32 /* bytes */
#define CHAIN_ENTRIES 4096 /* entries that are read, while the view has room for reads */

struct chain {
	uint64_t table_at, heap_at; /* bytes from the start; the heap begins with cluster 2 */
	uint32_t size; /* bytes of a cluster */
	uint32_t cluster, at; /* the next entry: its cluster, and bytes in it */
	int count; /* entries so far */
};

/* The next entry; NULL at the end of the directory, of the device, or of CHAIN_ENTRIES. */
const uint8_t *chain_next(struct view *view, struct chain *chain);

#endif
