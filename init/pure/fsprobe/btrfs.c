// SPDX-License-Identifier: MIT
/* btrfs.c - btrfs, every device of one. Source: Linux, include/uapi/linux/btrfs_tree.h. */
#include "init/pure/blake2b.h"
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"
#include "init/pure/sha256.h"
#include "init/pure/xxh64.h"

#define AT 65536
#define SIZE 4096
#define CHECKSUM_SIZE 32
#define DEVICES 136 /* how many there are, 8 bytes */
#define CHECKSUM_TYPE 196
#define DEVICE_BYTES 209 /* the device's own size, after its number */
#define LABEL 299

enum { CRC32C, XXHASH, SHA256, BLAKE2 }; /* BTRFS_CSUM_TYPE_...: kinds of checksums */

/* A kind that is younger than this list is left to the kernel. */
static int is_right(const uint8_t *stored, unsigned int kind, struct span covered)
{
	uint8_t sum[CHECKSUM_SIZE];

	switch (kind) {
	case CRC32C:
		return ~checksum_crc32(CRC32C_POLY, ~0u, covered) == le32(stored);
	case XXHASH:
		return xxh64(covered) == le64(stored);
	case SHA256:
		sha256(covered, sum);
		return memcmp(sum, stored, sizeof(sum)) == 0;
	case BLAKE2:
		blake2b(covered, sum);
		return memcmp(sum, stored, sizeof(sum)) == 0;
	default:
		return 1;
	}
}

static enum damage judge(const struct view *view, struct span sb)
{
	if (!is_right(sb.data, le16(sb.data + CHECKSUM_TYPE),
		      span_cut(sb, CHECKSUM_SIZE, SIZE - CHECKSUM_SIZE)))
		return DAMAGE_CHECKSUM;
	return le64(sb.data + DEVICE_BYTES) > view->size ? DAMAGE_SIZE : DAMAGE_NONE;
}

void probe_btrfs(struct view *view, struct finding *finding)
{
	struct span sb = view_cut(view, AT, SIZE);

	if (!sb.data || memcmp(sb.data + 64, "_BHRfS_M", 8))
		return;
	finding->format = FORMAT_BTRFS;
	finding->damage = (uint8_t)judge(view, sb);
	finding->members = le64(sb.data + DEVICES) > UINT8_MAX ? UINT8_MAX : sb.data[DEVICES];
	text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 32);
	text_label(finding->label, sizeof(finding->label), span_cut(sb, LABEL, 256));
}
