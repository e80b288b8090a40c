// SPDX-License-Identifier: MIT
/* bcache.c - bcache, and bcachefs, which began with its magic. Sources: Linux 6.16,
 * drivers/md/bcache/bcache_ondisk.h and fs/bcachefs/bcachefs_format.h. */
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"
#include "init/pure/xxh64.h"

#define AT 4096
#define FIXED 768 /* bytes that are read */
#define SECTOR_OF_IT 8 /* both say in which sector they are, but not at the same place */
#define SECTOR_BCACHE 8
#define SECTOR_BCACHEFS 104
#define SUMMED 8 /* bytes: from here to the last journal bucket */
#define BUCKETS 208 /* where their numbers stand, 8 bytes each */
#define BUCKETS_MAX 256
#define FS_SUMMED 16
#define FS_SIZE 752 /* bytes, before fields of 8 bytes each, whose number is at 124 */

enum { NO_SUM, SUM_CRC32C, SUM_CRC64, SUM_XXHASH = 7 }; /* BCH_CSUM_...: kinds of checksums */

static enum damage judge_bcache(struct view *view, const uint8_t *sb)
{
	size_t buckets = le16(sb + BUCKETS - 2);
	struct span summed;

	if (le64(sb + SECTOR_BCACHE) != SECTOR_OF_IT || buckets > BUCKETS_MAX)
		return DAMAGE_FIELDS;
	summed = view_cut(view, AT + SUMMED, BUCKETS + 8 * buckets - SUMMED);
	if (!summed.data || ~checksum_crc64(~0ull, summed) != le64(sb))
		return DAMAGE_CHECKSUM;
	return DAMAGE_NONE;
}

/* A kind that is younger than this list is left to the kernel. */
static int is_right(const uint8_t *sb, struct span summed)
{
	switch (sb[144] >> 2) {
	case SUM_CRC32C:
		return ~checksum_crc32(CRC32C_POLY, ~0u, summed) == le32(sb);
	case SUM_CRC64:
		return ~checksum_crc64(~0ull, summed) == le64(sb);
	case SUM_XXHASH:
		return xxh64(summed) == le64(sb);
	default:
		return 1;
	}
}

static enum damage judge_bcachefs(struct view *view, const uint8_t *sb)
{
	uint64_t len = FS_SIZE + 8ull * le32(sb + 124);
	struct span summed;

	if (sb[122] >= sb[123]) /* its number, and how many there are */
		return DAMAGE_FIELDS;
	if (len >
	    VIEW_CUT_MAX) /* as many fields as that has no sound one, but the kernel may know */
		return DAMAGE_NONE;
	summed = view_cut(view, AT + FS_SUMMED, (size_t)len - FS_SUMMED);
	return summed.data && is_right(sb, summed) ? DAMAGE_NONE : DAMAGE_CHECKSUM;
}

void probe_bcache(struct view *view, struct finding *finding)
{
	static const uint8_t magics[] = { 0xc6, 0x85, 0x73, 0xf6, 0x4e, 0x1a, 0x45, 0xca,
					  0x82, 0x65, 0xf5, 0x7f, 0x48, 0xba, 0x6d, 0x81,
					  0xc6, 0x85, 0x73, 0xf6, 0x66, 0xce, 0x90, 0xa9,
					  0xd9, 0x6a, 0x60, 0xcf, 0x80, 0x3d, 0xf7, 0xef };
	struct span sb = view_cut(view, AT, FIXED);
	int is_new = sb.data && !memcmp(sb.data + 24, magics + 16, 16);

	if (!sb.data || (!is_new && memcmp(sb.data + 24, magics, 16)))
		return;
	if (is_new || (le64(sb.data + SECTOR_BCACHEFS) == SECTOR_OF_IT &&
		       le64(sb.data + SECTOR_BCACHE) != SECTOR_OF_IT)) {
		finding->format = sb.data[123] > 1 ? FORMAT_BCACHEFS_OF_MORE : FORMAT_BCACHEFS;
		finding->damage = (uint8_t)judge_bcachefs(view, sb.data);
		text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 56);
	} else {
		finding->format = FORMAT_BCACHE;
		finding->damage = (uint8_t)judge_bcache(view, sb.data);
		text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 40);
	}
	text_label(finding->label, sizeof(finding->label), span_cut(sb, 72, 32));
}
