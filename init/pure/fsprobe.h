/* fsprobe.h - names what is on a block device by its first and last bytes. */
#ifndef RDINIT_PURE_FSPROBE_H
#define RDINIT_PURE_FSPROBE_H

#include "init/pure/finding.h"
#include "init/pure/view.h"

/* Bytes of a device's start and end in which all places lie that every device is asked for, and
 * that are worth reading at once: the last are those of RAID 0.90 and of btrfs. */
#define FSPROBE_HEAD 69632
#define FSPROBE_TAIL 139264

/*
 * Looks for every format that it knows, and fills in all of `finding` but the partition's part.
 * Members (RAID, LVM, LUKS, ...) come before file systems: what looks like a file system inside one
 * is not to be mounted. Two file systems are FOUND_SEVERAL, except an image that is both UDF and
 * ISO 9660, which is UDF. A damaged member hides what is in it, too; a damaged file system
 * counts where nothing sound is there. 1, or 0 where `view` wants bytes first.
 */
int fsprobe(struct view *view, struct finding *finding);

#endif
