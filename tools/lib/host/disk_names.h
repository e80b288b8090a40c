/* SPDX-License-Identifier: MIT */
/* disk_names.h - what is on a disk and in its partitions, by the probes of /init. */
#ifndef TOOLS_LIB_DISK_NAMES_H
#define TOOLS_LIB_DISK_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "init/pure/finding.h"
#include "tools/lib/base/mem.h"

struct disk_part {
	unsigned int number; /* as the kernel counts; 0: the whole disk */
	uint64_t start; /* bytes from the disk's begin */
	struct finding finding;
};

struct disk_names {
	const char *path; /* the caller's */
	struct disk_part *parts; /* [0] is the whole disk */
	size_t count;
};

/* Looks at a disk's image, or at a block device, without mounting anything. 0, or -1 after
 * reporting: it cannot be read, or is neither. Free it in both cases. */
int disk_names_read(const char *path, struct disk_names *names);
void disk_names_free(struct disk_names *names);

/* Partition `number`, or NULL. */
const struct disk_part *disk_names_part(const struct disk_names *names, unsigned int number);

/* All that has a name, in words, appended: "partition 1, ext4 UUID=... PARTUUID=...; ...". */
void disk_names_print(const struct disk_names *names, struct buffer *out);

#endif
