/* btrfs.c - btrfs, every device of one. Source: Linux, include/uapi/linux/btrfs_tree.h. */
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/fsprobe/text.h"

#define AT 65536
#define SIZE 4096
#define CHECKSUM_SIZE 32
#define DEVICES 136 /* how many there are, 8 bytes */
#define CHECKSUM_TYPE 196
#define DEVICE_BYTES 209 /* the device's own size, behind its number */
#define LABEL 299

static enum damage judge(const struct view *view, struct span sb)
{
	struct span covered = span_cut(sb, CHECKSUM_SIZE, SIZE - CHECKSUM_SIZE);

	/* 0 is crc32c; xxhash, SHA-256 and BLAKE2 are left to the kernel. */
	if (le16(sb.data + CHECKSUM_TYPE) == 0 &&
	    ~checksum_crc32(CRC32C_POLY, ~0u, covered) != le32(sb.data))
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
