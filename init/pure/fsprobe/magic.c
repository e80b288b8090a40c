// SPDX-License-Identifier: MIT
/* magic.c - file systems whose identifier and label are at fixed offsets from a magic. Sources:
 * Linux 6.12, fs/jfs/jfs_superblock.h, fs/reiserfs/reiserfs.h, fs/ocfs2/ocfs2_fs.h, fs/cramfs and
 * fs/romfs; include/uapi/linux/gfs2_ondisk.h, nilfs2_ondisk.h, minix_fs.h, cramfs_fs.h, romfs_fs.h.
 */
#include "init/pure/checksum.h"
#include "init/pure/count.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define SIZE 512 /* bytes that are read */
#define NILFS_SUM 16
#define LAST 255 /* not a sector: the last whole 4096 bytes */
#define MINIX_BITS 8192 /* of a block of its bitmaps */
#define EXT_MAGIC 0xef53

static const struct row {
	uint8_t sector; /* of 512 bytes, where the superblock is */
	uint8_t magic_at, len;
	uint8_t format;
	uint16_t uuid_at, label_at; /* bytes in it; 0: it has none */
	uint8_t label_len;
	char magic[9];
} rows[] = {
	{ 64, 0, 4, FORMAT_JFS, 136, 152, 16, "JFS1" },
	{ 128, 52, 9, FORMAT_REISERFS, 84, 100, 16, "ReIsEr2Fs" },
	{ 128, 52, 9, FORMAT_REISERFS, 84, 100, 16, "ReIsEr3Fs" },
	{ 128, 52, 8, FORMAT_REISERFS, 0, 0, 0, "ReIsErFs" },
	{ 16, 52, 8, FORMAT_REISERFS, 0, 0, 0, "ReIsErFs" },
	{ 2, 0, 6, FORMAT_OCFS2, 336, 272, 64, "OCFSV2" },
	{ 4, 0, 6, FORMAT_OCFS2, 336, 272, 64, "OCFSV2" },
	{ 8, 0, 6, FORMAT_OCFS2, 336, 272, 64, "OCFSV2" },
	{ 16, 0, 6, FORMAT_OCFS2, 336, 272, 64, "OCFSV2" },
	{ 128, 0, 4, FORMAT_GFS2, 256, 160, 64, "\x01\x16\x19\x70" },
	{ 0, 0, 8, FORMAT_ROMFS, 0, 16, 16, "-rom1fs-" },
	{ 0, 0, 4, FORMAT_CRAMFS, 0, 48, 16, "\x45\x3d\xcd\x28" },
	{ 1, 0, 4, FORMAT_CRAMFS, 0, 48, 16, "\x45\x3d\xcd\x28" }, /* after a boot sector */
	{ 2, 6, 2, FORMAT_NILFS2, 152, 168, 80, "\x34\x34" },
	{ LAST, 6, 2, FORMAT_NILFS2, 152, 168, 80, "\x34\x34" },
	{ 2, 0, 0, FORMAT_MINIX, 0, 0, 0, "" }, /* has one of five magics, at two places */
};

static int is_nilfs(struct view *view, uint64_t at)
{
	struct span sb = view_cut(view, at, 1024);

	if (!sb.data || le16(sb.data + 6) != 0x3434 || le64(sb.data + 32) != view->size ||
	    le16(sb.data + 8) < NILFS_SUM + 4)
		return 0;
	sb = span_cut(sb, 0, le16(sb.data + 8));
	return sb.data && checksum_crc32_hole(CRC32_POLY, le32(sb.data + 12), sb, NILFS_SUM, 4) ==
				  le32(sb.data + NILFS_SUM);
}

/* Of versions 1 and 2, each with names of 14 bytes or of 30. */
static int is_old_minix(unsigned int magic)
{
	return magic == 0x137f || magic == 0x138f || magic == 0x2468 || magic == 0x2478;
}

/* Two bytes may be anything: the bitmaps must have a bit for each inode and each zone. */
static int is_minix(const uint8_t *sb)
{
	int is_3 = le16(sb + 24) == 0x4d5a;
	const uint8_t *maps = sb + (is_3 ? 6 : 4);
	uint32_t bits = is_3 ? le16(sb + 28) * 8u : MINIX_BITS, inodes = is_3 ? le32(sb) : le16(sb);
	uint32_t zones = is_3 || sb[17] == 0x24 ? le32(sb + 20) : le16(sb + 2);

	return (is_3 || is_old_minix(le16(sb + 16))) && le16(sb + 56) != EXT_MAGIC &&
	       (uint64_t)le16(maps) * bits > inodes &&
	       (uint64_t)le16(maps + 2) * bits + le16(maps + 4) > zones;
}

static int is_right(struct view *view, const struct row *row, uint64_t at, const uint8_t *sb)
{
	switch (row->format) {
	case FORMAT_JFS:
		return le16(sb + 20) < 32 && le32(sb + 16) == 1u << le16(sb + 20);
	case FORMAT_GFS2: /* GFS has the same magic */
		return be32(sb + 24) >= 1801;
	case FORMAT_NILFS2:
		return is_nilfs(view, at);
	case FORMAT_MINIX:
		return is_minix(sb);
	default:
		return 1;
	}
}

void probe_magic(struct view *view, struct finding *finding)
{
	for (size_t i = 0; i < COUNT(rows) && !finding->format; i++) {
		const struct row *row = &rows[i];
		uint64_t at =
			row->sector == LAST ? (view->size & ~4095ull) - 4096 : row->sector * 512u;
		struct span sb = view_cut(view, at, SIZE);

		if (!sb.data || memcmp(sb.data + row->magic_at, row->magic, row->len) ||
		    !is_right(view, row, at, sb.data))
			continue;
		finding->format = row->format;
		if (row->uuid_at)
			text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + row->uuid_at);
		if (row->label_at)
			text_label(finding->label, sizeof(finding->label),
				   span_cut(sb, row->label_at, row->label_len));
	}
}
