// SPDX-License-Identifier: MIT
/* ext.c - ext2, ext3, ext4 and their external journals. Source: Linux, fs/ext4/ext4.h. */
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define AT 1024
#define SIZE 1024
#define MAGIC 0xef53
#define COMPAT_JOURNAL 0x4
#define INCOMPAT_FILETYPE 0x2
#define INCOMPAT_RECOVER 0x4
#define INCOMPAT_JOURNAL 0x8 /* the device is a journal, not a file system */
#define INCOMPAT_META_BG 0x10
#define INCOMPAT_64BIT 0x80
#define RO_COMPAT_OLD 0x7 /* sparse superblocks, large files, btree directories */
#define RO_COMPAT_CHECKSUM 0x400
#define LOG_BLOCK_MAX 6 /* 64 KiB */
#define CHECKSUM_AT 0x3fc

/* As blkid(8) does it: by the features that the older drivers do not know. */
static enum format kind(const uint8_t *sb)
{
	uint32_t compat = le32(sb + 0x5c), incompat = le32(sb + 0x60), ro = le32(sb + 0x64);
	uint32_t old = INCOMPAT_FILETYPE | INCOMPAT_META_BG;

	if (incompat & INCOMPAT_JOURNAL)
		return FORMAT_JBD;
	if (compat & COMPAT_JOURNAL)
		old |= INCOMPAT_RECOVER;
	if ((ro & ~(uint32_t)RO_COMPAT_OLD) || (incompat & ~old))
		return FORMAT_EXT4;
	return compat & COMPAT_JOURNAL ? FORMAT_EXT3 : FORMAT_EXT2;
}

static enum damage judge(const struct view *view, struct span sb)
{
	uint64_t blocks = le32(sb.data + 4);
	uint32_t log_block = le32(sb.data + 0x18);

	if ((le32(sb.data + 0x64) & RO_COMPAT_CHECKSUM) &&
	    checksum_crc32(CRC32C_POLY, ~0u, span_cut(sb, 0, CHECKSUM_AT)) !=
		    le32(sb.data + CHECKSUM_AT))
		return DAMAGE_CHECKSUM;
	if (le32(sb.data + 0x60) & INCOMPAT_64BIT)
		blocks |= (uint64_t)le32(sb.data + 0x150) << 32;
	if (log_block > LOG_BLOCK_MAX || blocks == 0)
		return DAMAGE_FIELDS;
	return blocks > view->size >> (10 + log_block) ? DAMAGE_SIZE : DAMAGE_NONE;
}

void probe_ext(struct view *view, struct finding *finding)
{
	struct span sb = view_cut(view, AT, SIZE);

	if (!sb.data || le16(sb.data + 0x38) != MAGIC)
		return;
	finding->format = (uint8_t)kind(sb.data);
	finding->damage = (uint8_t)judge(view, sb);
	text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 0x68);
	text_label(finding->label, sizeof(finding->label), span_cut(sb, 0x78, 16));
}
