// SPDX-License-Identifier: MIT
/* f2fs.c - F2FS. Source: Linux, include/linux/f2fs_fs.h. */
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define AT 1024
#define SIZE 3072
#define MAGIC 0xf2f52010u
#define CHECKSUM_OFFSET 32
#define FEATURES 2180
#define DEVICES 2201 /* the path of the first of several */
#define FEATURE_CHECKSUM 0x800

static enum damage judge(const struct view *view, struct span sb)
{
	uint32_t at = le32(sb.data + CHECKSUM_OFFSET), log_block = le32(sb.data + 16);
	struct span stored = span_cut(sb, at, 4);

	if (log_block < 9 || log_block > 16)
		return DAMAGE_FIELDS;
	if ((le32(sb.data + FEATURES) & FEATURE_CHECKSUM) &&
	    (!stored.data ||
	     checksum_crc32(CRC32_POLY, MAGIC, span_cut(sb, 0, at)) != le32(stored.data)))
		return DAMAGE_CHECKSUM;
	if (sb.data[DEVICES]) /* the blocks of several devices are counted together */
		return DAMAGE_NONE;
	return le64(sb.data + 36) > view->size >> log_block ? DAMAGE_SIZE : DAMAGE_NONE;
}

void probe_f2fs(struct view *view, struct finding *finding)
{
	struct span sb = view_cut(view, AT, SIZE);

	if (!sb.data || le32(sb.data) != MAGIC)
		return;
	finding->format = FORMAT_F2FS;
	finding->damage = (uint8_t)judge(view, sb);
	text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 108);
	text_utf16(finding->label, sizeof(finding->label), span_cut(sb, 124, 1024), UTF16_LITTLE);
}
