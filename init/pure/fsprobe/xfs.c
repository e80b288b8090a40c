// SPDX-License-Identifier: MIT
/* xfs.c - XFS. Source: Linux, fs/xfs/libxfs/xfs_format.h. */
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define SECTOR_MIN 512
#define SECTOR_MAX 32768
#define CHECKSUM_AT 224
#define VERSION 100 /* its lower four bits */

static enum damage judge(struct view *view, const uint8_t *sb)
{
	uint32_t block = be32(sb + 4), sector = be16(sb + 102);
	struct span whole;

	if (sector < SECTOR_MIN || sector > SECTOR_MAX || (sector & (sector - 1)) ||
	    block < sector || (block & (block - 1)))
		return DAMAGE_FIELDS;
	whole = view_cut(view, 0, sector);
	if ((be16(sb + VERSION) & 15) == 5 && whole.data &&
	    ~checksum_crc32_hole(CRC32C_POLY, ~0u, whole, CHECKSUM_AT, 4) != le32(sb + CHECKSUM_AT))
		return DAMAGE_CHECKSUM;
	return be64(sb + 8) > view->size / block ? DAMAGE_SIZE : DAMAGE_NONE;
}

void probe_xfs(struct view *view, struct finding *finding)
{
	struct span sb = view_cut(view, 0, SECTOR_MIN);

	if (!sb.data || memcmp(sb.data, "XFSB", 4))
		return;
	finding->format = FORMAT_XFS;
	finding->damage = (uint8_t)judge(view, sb.data);
	text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 32);
	text_label(finding->label, sizeof(finding->label), span_cut(sb, 108, 12));
}
