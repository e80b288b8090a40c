/* SPDX-License-Identifier: MIT */
/* view.h - the bytes of a device that have been read, by their offsets. */
#ifndef RDINIT_PURE_VIEW_H
#define RDINIT_PURE_VIEW_H

#include "init/pure/sha256.h"

#define VIEW_PARTS 48 /* reads of one device; a sound one takes 6 to 12, or a directory's more */
#define VIEW_SUMS 16 /* of one device; one that looks like LUKS2 and ZFS everywhere has 14 */
#define VIEW_CUT_MAX 57344 /* bytes of one cut */
#define VIEW_PART_MAX 143360 /* bytes of one read: fsprobe()'s tail, which begins with a page */

/*
 * Parsers of devices do no I/O: they ask a view. If bytes are missing, the view notes which, and
 * the parser returns as if they were absent. The owner of the view reads them and calls the parser
 * again, until nothing is missing. So parsers are pure, and there are as few reads as possible.
 * Bytes that are only summed are forgotten with the next read, while the sum stays.
 */
struct view {
	uint64_t size; /* bytes of the device */
	int is_part; /* it is a partition of a disk */
	/* Bytes at its start and its end that are read at once, as soon as any of them is asked
	 * for; 0: only what is asked for. */
	uint32_t head, tail;
	struct view_part {
		uint64_t offset;
		size_t asked; /* bytes */
		struct span bytes; /* fewer than asked for where the device could not be read */
		int is_wide; /* of the head or the tail: what failed is asked for alone */
	} parts[VIEW_PARTS];
	int count;
	size_t kept; /* bytes that were asked for and have not passed */
	struct view_sum {
		uint64_t at; /* where its bytes begin */
		int is_over; /* some of them cannot be read */
		struct sha256 state; /* as far as it was made */
	} sums[VIEW_SUMS];
	int sum_count;
	uint64_t want_offset; /* the first bytes that were asked for and are missing, ... */
	size_t want_len; /* ... 0: none are */
	int want_is_wide; /* it is the head or the tail */
	int is_bad; /* something could not be read */
	int want_passes, last_passes; /* 1: they will be forgotten; the last part will be */
};

/* The bytes [offset, offset + len) of the device. data is NULL if they are not all on it, where
 * they could not be read, where len is above VIEW_CUT_MAX; and where they are missing until now,
 * which sets want_offset and want_len to a range around them. */
struct span view_cut(struct view *view, uint64_t offset, size_t len);

/* The same for bytes that are used at once: another read may replace them. */
struct span view_pass(struct view *view, uint64_t offset, size_t len);

/* Adds what was read for want_offset and want_len (shorter: the rest cannot be read) and wants
 * nothing more. 0, or -E2BIG where the view is full. The bytes must outlive the view, but those
 * that pass: so each read may go to where `kept` bytes of earlier ones end. */
int view_add(struct view *view, struct span bytes);

#endif
