/* SPDX-License-Identifier: MIT */
/* blake2b.h - BLAKE2b with 256 bits, as btrfs may be summed. */
#ifndef RDINIT_PURE_BLAKE2B_H
#define RDINIT_PURE_BLAKE2B_H

#include "init/pure/span.h"

#define BLAKE2B_SIZE 32 /* bytes */

/* Without a key. */
void blake2b(struct span bytes, uint8_t digest[BLAKE2B_SIZE]);

#endif
