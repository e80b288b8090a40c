/* SPDX-License-Identifier: MIT */
/* rlimit.h - the resource limits of a program. */
#ifndef RDINIT_PURE_RLIMIT_H
#define RDINIT_PURE_RLIMIT_H

#include <stdint.h>

#define RLIMITS 16 /* RLIM_NLIMITS */

/* Their names in the order of the kernel's numbers (getrlimit(2), without RLIMIT_). */
#define RLIMIT_NAMES                                                                            \
	"cpu|fsize|data|stack|core|rss|nproc|nofile|memlock|as|locks|sigpending|msgqueue|nice|" \
	"rtprio|rttime"

struct rlimits {
	unsigned int given; /* bit n: resource n is to be set */
	struct rlimit_pair {
		uint64_t soft, hard; /* UINT64_MAX: unlimited */
	} of[RLIMITS];
};

/* Adds NAME=SOFT[:HARD] to the limits; "unlimited" and "-1" are no limit. Without HARD it is SOFT.
 * Returns 0, or -EINVAL: an unknown name, no number, or SOFT above HARD. */
int rlimit_parse(const char *text, struct rlimits *limits);

#endif
