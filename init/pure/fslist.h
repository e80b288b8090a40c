/* SPDX-License-Identifier: MIT */
/* fslist.h - which file systems to try on a root of unknown type. */
#ifndef RDINIT_PURE_FSLIST_H
#define RDINIT_PURE_FSLIST_H

#define FSLIST_MAX 32 /* types tried; Debian's kernel with every module loaded knows 26 */

/*
 * Cuts /proc/filesystems, in place, into the types that need a block device, in the order to try:
 * ext4 before ext3 and ext2, because the older drivers mount a journaled file system without its
 * journal; vfat before msdos, which would lose the long names; the rest as the kernel has them.
 * The number of types, at most FSLIST_MAX; `left_out` counts those that did not fit.
 */
int fslist_parse(char *text, const char **types, int *left_out);

/* Cuts "ext4,xfs", in place, in its own order. As above; tmpfs and ramfs are left out, uncounted:
 * to the kernel they say what the initramfs itself is. */
int fslist_split(char *text, const char **types, int *left_out);

#endif
