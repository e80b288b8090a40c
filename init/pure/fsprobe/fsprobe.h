/* SPDX-License-Identifier: MIT */
/* fsprobe.h - identify the format on a block device by its first and last bytes. */
#ifndef RDINIT_PURE_FSPROBE_FSPROBE_H
#define RDINIT_PURE_FSPROBE_FSPROBE_H

#include "init/pure/finding.h"
#include "init/pure/view.h"

/* Bytes of a device's start and end in which all places lie that every device is asked for, and
 * that are worth reading at once: the last are those of RAID 0.90 and of btrfs. */
#define FSPROBE_HEAD 69632
#define FSPROBE_TAIL 65536

/*
 * Probes for every known format, and fills in all of `finding` but the partition's fields.
 * Containers and pool members (RAID, LVM, LUKS, ...) come before file systems: a file system inside
 * one must not be mounted. Two file systems are FOUND_SEVERAL, except an image that is both UDF and
 * ISO 9660, which is UDF. A damaged member hides its content, too; a damaged file system counts if
 * nothing sound is found. Returns 1, or 0 if `view` wants bytes first.
 */
int fsprobe(struct view *view, struct finding *finding);

#endif
