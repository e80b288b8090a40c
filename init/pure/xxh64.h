/* SPDX-License-Identifier: MIT */
/* xxh64.h - XXH64, as btrfs may be summed. */
#ifndef RDINIT_PURE_XXH64_H
#define RDINIT_PURE_XXH64_H

#include "init/pure/span.h"

/* With the seed 0. */
uint64_t xxh64(struct span bytes);

#endif
