// SPDX-License-Identifier: MIT
/* member.c - LVM2, dm-verity and VDO. Sources: LVM2, lib/format_text/layout.h; Linux,
 * Documentation/admin-guide/device-mapper/verity.rst and drivers/md/dm-vdo/volume-geometry.c. */
#include "init/pure/checksum.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define SECTOR 512
#define LVM_SECTORS 4 /* any of the first may hold the label */
#define LVM_SEED 0xf597a6cfu
#define LVM_CHECK_AT 20 /* from here to the end of the sector */
#define LVM_UUID_LEN 32

/* 32 letters and digits, written as 6-4-4-4-4-4-6. */
static void read_lvm_uuid(const uint8_t *letters, struct finding *finding)
{
	size_t used = 0;

	for (size_t i = 0; i < LVM_UUID_LEN; i++) {
		if (i >= 6 && i <= 26 && (i - 6) % 4 == 0)
			finding->uuid[used++] = '-';
		finding->uuid[used++] = (char)letters[i];
	}
	finding->uuid[used] = '\0';
}

void probe_lvm2(struct view *view, struct finding *finding)
{
	for (unsigned int i = 0; i < LVM_SECTORS; i++) {
		struct span label = view_cut(view, i * SECTOR, SECTOR), uuid;

		if (!label.data || memcmp(label.data, "LABELONE", 8) ||
		    memcmp(label.data + 24, "LVM2 001", 8))
			continue;
		finding->format = FORMAT_LVM2;
		uuid = span_cut(label, le32(label.data + 20), LVM_UUID_LEN);
		if (checksum_crc32(CRC32_POLY, LVM_SEED,
				   span_cut(label, LVM_CHECK_AT, SECTOR - LVM_CHECK_AT)) !=
		    le32(label.data + 16))
			finding->damage = DAMAGE_CHECKSUM;
		else if (uuid.data)
			read_lvm_uuid(uuid.data, finding);
		return;
	}
}

void probe_verity(struct view *view, struct finding *finding)
{
	struct span header = view_cut(view, 0, SECTOR);

	if (!header.data || memcmp(header.data, "verity\0\0", 8))
		return;
	finding->format = FORMAT_VERITY;
	if (le32(header.data + 8) != 1)
		finding->damage = DAMAGE_FIELDS;
	text_uuid(finding->uuid, sizeof(finding->uuid), header.data + 16);
}

void probe_vdo(struct view *view, struct finding *finding)
{
	struct span header = view_cut(view, 0, SECTOR);

	if (!header.data || memcmp(header.data, "dmvdo001", 8))
		return;
	finding->format = FORMAT_VDO;
	text_uuid(finding->uuid, sizeof(finding->uuid), header.data + 40);
}
