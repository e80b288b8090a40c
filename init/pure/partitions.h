/* SPDX-License-Identifier: MIT */
/* partitions.h - identifiers and names of partitions, from a disk's partition table. */
#ifndef RDINIT_PURE_PARTITIONS_H
#define RDINIT_PURE_PARTITIONS_H

#include "init/pure/finding.h"
#include "init/pure/view.h"

enum partitions { PARTITIONS_NONE, PARTITIONS_GPT, PARTITIONS_MBR };

/* GPT's attributes. Source: UEFI, "GPT Partition Entry"; the Discoverable Partitions
 * Specification. */
#define PARTITION_READ_ONLY (1ULL << 60)
#define PARTITION_NO_AUTO (1ULL << 63)

/*
 * The kind of the disk's table, and its identifier: GPT's GUID, or the 8 digits of an MBR. A GPT
 * needs its protective MBR, as in the kernel's reader, and one sound header with entries, each with
 * its checksum, at the start of the disk or at its end, in sectors of 512 or 4096 bytes; its
 * entries may have 57344 bytes together. Bytes that the view lacks count as absent: call again.
 */
enum partitions partitions_kind(struct view *view, char uuid[FINDING_UUID_MAX]);

/*
 * Fills in the partition's part of `finding`, for the partition that the kernel gave `number` and
 * that begins at `start` (units of 512 bytes, as in sysfs). An MBR's PARTUUID is the disk's and the
 * number, "deadbeef-05", for logical partitions, too. Texts are "" if the table tells nothing:
 * there is none, or its entry of this number begins elsewhere. 1, or 0 if the view wants bytes.
 */
int partition_find(struct view *disk, unsigned int number, uint64_t start, struct finding *finding);

/* A number of a partition, in a table that is read without a kernel. */
enum partition_slot { PARTITION_USED, PARTITION_UNUSED, PARTITION_LAST };

/*
 * Where partition `number` lies, from 1 on and logical ones from 5 on, as the kernel counts: *start
 * and *sectors are in units of 512 bytes. PARTITION_LAST where the table has no such number, nor a
 * higher one, or the view wants bytes: call again.
 */
enum partition_slot partition_place(struct view *disk, unsigned int number, uint64_t *start,
				    uint64_t *sectors);

#endif
