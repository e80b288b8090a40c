/* SPDX-License-Identifier: MIT */
/* checksum.h - the checksums that superblocks and partition tables carry. */
#ifndef RDINIT_PURE_CHECKSUM_H
#define RDINIT_PURE_CHECKSUM_H

#include "init/pure/span.h"

#define CRC32_POLY 0xedb88320u /* Ethernet's, its bits in reverse: GPT, LVM2, f2fs */
#define CRC32C_POLY 0x82f63b78u /* Castagnoli's: ext4, xfs, btrfs, erofs */
#define CRC64_POLY 0x42f0e1eba9ea3693u /* ECMA-182's: bcache */

/* The names are long because zlib has the short ones, and the tool links both.
 *
 * The cyclic redundancy check with the reversed polynomial `poly`, begun with `crc` and not
 * inverted at the end: most formats begin with ~0 and invert, its specification has it. */
uint32_t checksum_crc32(uint32_t poly, uint32_t crc, struct span bytes);

/* The same over `bytes` with the `len` bytes at `hole` read as zeros: where the
 * checksum stands. */
uint32_t checksum_crc32_hole(uint32_t poly, uint32_t crc, struct span bytes, size_t hole,
			     size_t len);

/* ITU-T's 16-bit check, as UDF uses it: polynomial 0x1021, begun with 0. */
uint16_t checksum_crc16(struct span bytes);

/* ECMA-182's 64-bit check, begun with `crc` and not inverted at the end. */
uint64_t checksum_crc64(uint64_t crc, struct span bytes);

#endif
