/* SPDX-License-Identifier: MIT */
/* formats.h - one probe for each family of formats: rows of the table in fsprobe.c. */
#ifndef RDINIT_PURE_FSPROBE_FORMATS_H
#define RDINIT_PURE_FSPROBE_FORMATS_H

#include "init/pure/finding.h"
#include "init/pure/view.h"

/*
 * Each probes for its format. It fills in format, uuid and label, and damage if the superblock is
 * that format's but wrong; it leaves format at FORMAT_NONE if it is not there. Bytes that the view
 * lacks count as absent: fsprobe() calls again.
 */
void probe_md(struct view *view, struct finding *finding);
void probe_firmware(struct view *view, struct finding *finding);
void probe_lvm2(struct view *view, struct finding *finding);
void probe_luks(struct view *view, struct finding *finding);
void probe_bitlocker(struct view *view, struct finding *finding);
void probe_verity(struct view *view, struct finding *finding);
void probe_vdo(struct view *view, struct finding *finding);
void probe_bcache(struct view *view, struct finding *finding);
void probe_zfs(struct view *view, struct finding *finding);
void probe_ext(struct view *view, struct finding *finding);
void probe_xfs(struct view *view, struct finding *finding);
void probe_btrfs(struct view *view, struct finding *finding);
void probe_f2fs(struct view *view, struct finding *finding);
void probe_squashfs(struct view *view, struct finding *finding);
void probe_erofs(struct view *view, struct finding *finding);
void probe_exfat(struct view *view, struct finding *finding);
void probe_ntfs(struct view *view, struct finding *finding);
void probe_vfat(struct view *view, struct finding *finding);
void probe_udf(struct view *view, struct finding *finding);
void probe_iso9660(struct view *view, struct finding *finding);
void probe_magic(struct view *view, struct finding *finding);
void probe_swap(struct view *view, struct finding *finding);
void probe_table(struct view *view, struct finding *finding);

#endif
