// SPDX-License-Identifier: MIT
/* ntfs.c - NTFS, and BitLocker, whose boot sector resembles it. Source: Linux,
 * fs/ntfs3/ntfs.h. */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define BOOT_SIZE 512
#define VOLUME 3 /* the number of the record with the label */
#define RECORD_MAX 4096
#define NAME 0x60 /* the attribute */
#define END 0xffffffffu
#define BITLOCKER_DIGITS 16

struct ntfs {
	uint64_t mft_at; /* bytes */
	uint32_t cluster, record; /* bytes of one */
};

/* A size is a number of clusters, or below 0 the power of two of bytes. */
static int read_numbers(const uint8_t *boot, struct ntfs *ntfs)
{
	uint32_t sector = le16(boot + 11);
	int8_t record = (int8_t)boot[64];
	uint64_t mft = le64(boot + 48);

	if (sector < 256 || sector > 4096 || (sector & (sector - 1)) || boot[13] == 0 ||
	    mft > UINT64_MAX >> 22)
		return 0;
	ntfs->cluster = boot[13] <= 0x80 ? sector * boot[13] : sector << ((256 - boot[13]) & 15);
	ntfs->record = record < 0 ? 1u << (-record & 31) : ntfs->cluster * (uint32_t)record;
	ntfs->mft_at = mft * ntfs->cluster;
	return ntfs->record >= 256 && ntfs->record <= RECORD_MAX;
}

static void read_label(struct span record, struct finding *finding)
{
	size_t at = le16(record.data + 20);
	struct span head;

	while ((head = span_cut(record, at, 24)).data && le32(head.data) != END) {
		size_t len = le32(head.data + 4);

		if (le32(head.data) == NAME) {
			struct span name =
				span_cut(record, at + le16(head.data + 20), le32(head.data + 16));

			if (name.data)
				text_utf16(finding->label, sizeof(finding->label), name,
					   UTF16_LITTLE);
			return;
		}
		if (len < 24)
			return;
		at += len;
	}
}

void probe_ntfs(struct view *view, struct finding *finding)
{
	static const uint8_t no_hyphens[] = { 0 };
	struct span boot = view_cut(view, 0, BOOT_SIZE), record;
	struct ntfs ntfs;
	uint8_t serial[8];

	if (!boot.data || memcmp(boot.data + 3, "NTFS    ", 8))
		return;
	finding->format = FORMAT_NTFS;
	for (int i = 0; i < 8; i++)
		serial[i] = boot.data[79 - i];
	text_hex(finding->uuid, sizeof(finding->uuid), (struct span){ serial, 8 }, no_hyphens);
	text_upper(finding->uuid);
	if (!read_numbers(boot.data, &ntfs)) {
		finding->damage = DAMAGE_FIELDS;
		return;
	}
	record = view_cut(view, ntfs.mft_at + (uint64_t)VOLUME * ntfs.record, ntfs.record);
	if (record.data && !memcmp(record.data, "FILE", 4))
		read_label(record, finding);
	else if (!view->want_len)
		finding->damage = ntfs.mft_at >= view->size ? DAMAGE_SIZE : DAMAGE_FIELDS;
}

/* As blkid(8) writes it: 16 digits of a signed number; 0 is none. */
static void read_bitlocker_serial(uint32_t serial, struct finding *finding)
{
	size_t sign = serial >> 31;

	if (!serial)
		return;
	memset(finding->uuid, 0, sizeof(finding->uuid));
	finding->uuid[0] = '-';
	serial = sign ? -serial : serial;
	for (size_t i = BITLOCKER_DIGITS; i-- > sign; serial /= 10)
		finding->uuid[i] = (char)('0' + serial % 10);
}

void probe_bitlocker(struct view *view, struct finding *finding)
{
	static const uint8_t to_go[] = { 0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a,
					 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01 };
	struct span boot = view_cut(view, 0, BOOT_SIZE);

	if (boot.data && (!memcmp(boot.data + 3, "-FVE-FS-", 8) ||
			  (!memcmp(boot.data + 3, "MSWIN4.1", 8) &&
			   !memcmp(boot.data + 424, to_go, sizeof(to_go)))))
		finding->format = FORMAT_BITLOCKER;
	if (finding->format && !memcmp(boot.data, "\xeb\x58\x90-", 4))
		read_bitlocker_serial(le32(boot.data + 67), finding);
}
