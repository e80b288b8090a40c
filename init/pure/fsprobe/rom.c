// SPDX-License-Identifier: MIT
/* rom.c - squashfs and EROFS, which are only read. Sources: Linux, fs/squashfs/squashfs_fs.h and
 * fs/erofs/erofs_fs.h. */
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define SQUASHFS_SIZE 96
#define EROFS_AT 1024
#define EROFS_SIZE 128
#define EROFS_MAGIC 0xe0f5e1e2u
#define EROFS_CHECKSUM 1 /* in the compatible features */

void probe_squashfs(struct view *view, struct finding *finding)
{
	struct span sb = view_cut(view, 0, SQUASHFS_SIZE);

	if (!sb.data || memcmp(sb.data, "hsqs", 4) || le16(sb.data + 28) != 4)
		return;
	finding->format = FORMAT_SQUASHFS;
	if (le64(sb.data + 40) > view->size)
		finding->damage = DAMAGE_SIZE;
}

/* The checksum covers the superblock's block, from the superblock on. */
static enum damage judge_erofs(struct view *view, const uint8_t *sb)
{
	uint8_t bits = sb[12];
	struct span covered;

	if (bits < 9 || bits > 16)
		return DAMAGE_FIELDS;
	if ((le32(sb + 8) & EROFS_CHECKSUM) && bits > 10) {
		covered = view_cut(view, EROFS_AT, ((size_t)1 << bits) - EROFS_AT);
		if (covered.data &&
		    checksum_crc32_hole(CRC32C_POLY, ~0u, covered, 4, 4) != le32(sb + 4))
			return DAMAGE_CHECKSUM;
	}
	return le32(sb + 36) > view->size >> bits ? DAMAGE_SIZE : DAMAGE_NONE;
}

void probe_erofs(struct view *view, struct finding *finding)
{
	struct span sb = view_cut(view, EROFS_AT, EROFS_SIZE);

	if (!sb.data || le32(sb.data) != EROFS_MAGIC)
		return;
	finding->format = FORMAT_EROFS;
	finding->damage = (uint8_t)judge_erofs(view, sb.data);
	text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 48);
	text_label(finding->label, sizeof(finding->label), span_cut(sb, 64, 16));
}
