/* SPDX-License-Identifier: MIT */
/* sha256.h - SHA-256, as LUKS2 headers, ZFS labels and btrfs may be summed. */
#ifndef RDINIT_PURE_SHA256_H
#define RDINIT_PURE_SHA256_H

#include "init/pure/span.h"

#define SHA256_SIZE 32 /* bytes */
#define SHA256_BLOCK 64

/* A sum that is being made: of bytes that come in pieces of any length. */
struct sha256 {
	uint32_t state[8];
	uint64_t len; /* bytes so far */
	uint8_t block[SHA256_BLOCK]; /* the last of them that fill no block yet */
};

void sha256_begin(struct sha256 *sum);
void sha256_add(struct sha256 *sum, struct span bytes);

/* Ends the sum: sha256_begin() again before the next. */
void sha256_end(struct sha256 *sum, uint8_t digest[SHA256_SIZE]);

/* The same of bytes in one piece. */
void sha256(struct span bytes, uint8_t digest[SHA256_SIZE]);

#endif
