// SPDX-License-Identifier: MIT
/* chain.c - the directory of FAT32 and exFAT, entry by entry. */
#include "init/pure/fsprobe/chain.h"

#define PIECE 16384 /* bytes of one read */
#define READS (VIEW_PARTS - 8) /* the probes that come later want some, too */
#define CLUSTER_END 0x0ffffff0u /* from here on no cluster, but a mark */

const uint8_t *chain_next(struct view *view, struct chain *chain)
{
	uint32_t start = chain->at - chain->at % PIECE, rest;
	struct span piece, entry;

	if (chain->at == chain->size) {
		struct span next = view_cut(view, chain->table_at + 4ull * chain->cluster, 4);

		chain->cluster = next.data ? le32(next.data) & 0x0fffffffu : 0;
		chain->at = start = 0;
	}
	if (chain->cluster < 2 || chain->cluster >= CLUSTER_END || view->count > READS ||
	    chain->count++ == CHAIN_ENTRIES)
		return NULL;
	rest = chain->size - start;
	piece = view_cut(view,
			 chain->heap_at + (uint64_t)(chain->cluster - 2) * chain->size + start,
			 rest < PIECE ? rest : PIECE);
	entry = span_cut(piece, chain->at - start, CHAIN_ENTRY);
	chain->at += CHAIN_ENTRY;
	return entry.data && entry.data[0] ? entry.data : NULL;
}
