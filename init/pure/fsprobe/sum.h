/* SPDX-License-Identifier: MIT */
/* sum.h - the SHA-256 of more of a device than one read has. */
#ifndef RDINIT_PURE_FSPROBE_SUM_H
#define RDINIT_PURE_FSPROBE_SUM_H

#include "init/pure/view.h"

/* The sum of the device's bytes [at, at + len), with `other` in place of those at `hole`, where the
 * sum itself stands: it may not lie across a multiple of VIEW_CUT_MAX, counted from `at`. 1, or 0
 * where not all of the bytes are there; then the view may want some. The view keeps VIEW_SUMS sums,
 * by where they begin; of more each is 0. */
int sum_sha256(struct view *view, uint64_t at, size_t len, size_t hole, struct span other,
	       uint8_t digest[SHA256_SIZE]);

#endif
