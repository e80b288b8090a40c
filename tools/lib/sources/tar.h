/* SPDX-License-Identifier: MIT */
/* tar.h - the members of a tar archive as entries of an image. */
#ifndef TOOLS_LIB_TAR_H
#define TOOLS_LIB_TAR_H

#include "tools/lib/base/spool.h"
#include "tools/lib/image/image.h"

/*
 * Adds the members of a tar archive (ustar, pax, GNU, v7; plain or with gzip, bzip2, xz, lzma,
 * zstd, lz4 or compress), with their owners, modes and times, to `stage`: an image of its own,
 * where a member replaces what stood there, a directory with all below it included, as tar(1) would
 * on a disk. Their bytes go to the spool.
 *
 * `layer` 0: a tar archive and nothing more. From 1 on, counted from the lowest: a layer of an OCI
 * image, whose whiteouts accept_member out what lower ones brought, whatever their order.
 * Source: OCI image specification, layer.md.
 *
 * The bytes of members count for limit.h.
 *
 * Symlinks are followed within the stage only. What newc cannot hold is refused, with a path that
 * has
 * ".."; extended attributes are left out with one warning. 0, or -1 after reporting.
 */
int tar_add(struct image *stage, const struct blob *blob, unsigned int layer, const char *why);

/* The same for an archive of archives, whose bytes count when those are added. */
int tar_add_box(struct image *stage, const struct blob *blob, const char *why);

#endif
