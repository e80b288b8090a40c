// SPDX-License-Identifier: MIT
/* partitions.c - identifiers and names of partitions, from a disk's partition table. */
#include "init/pure/partitions.h"

#include "init/pure/checksum.h"
#include "init/pure/format.h"
#include "init/pure/text.h"

#define MBR_SIZE 512
#define MBR_DISK 440 /* the disk's number, 4 bytes */
#define MBR_TABLE 446
#define MBR_ENTRY 16
#define MBR_PRIMARIES 4
#define TYPE_PROTECTIVE 0xee
#define HEADER_MIN 92
#define ENTRIES_MAX 65536 /* of a GPT; and the bytes of one */
#define TABLE 8192 /* bytes at a disk's start that are read at once */
#define ENTRY_MIN 128
#define NAME_AT 56
#define NAME_LEN 72

struct gpt {
	uint32_t sector; /* bytes */
	struct span entries;
	uint32_t entry_size;
	const uint8_t *guid;
};

static const uint8_t *mbr_entry(struct span mbr, unsigned int number)
{
	return mbr.data + MBR_TABLE + (size_t)MBR_ENTRY * (number - 1);
}

/* A boot sector of a file system has code where the table would be: the flags tell. */
static struct span read_mbr(struct view *view, int *is_protective)
{
	struct span mbr = view_cut(view, 0, MBR_SIZE), none = { NULL, 0 };
	int used = 0;

	*is_protective = 0;
	if (!mbr.data || mbr.data[510] != 0x55 || mbr.data[511] != 0xaa)
		return none;
	for (unsigned int number = 1; number <= MBR_PRIMARIES; number++) {
		const uint8_t *entry = mbr_entry(mbr, number);

		if (entry[0] & 0x7f)
			return none;
		used |= entry[4];
		*is_protective |= entry[4] == TYPE_PROTECTIVE;
	}
	return used ? mbr : none;
}

static int read_entries(struct view *view, struct span header, struct gpt *gpt)
{
	uint64_t count = le32(header.data + 80);

	gpt->entry_size = le32(header.data + 84);
	gpt->guid = header.data + 56;
	if (gpt->entry_size < ENTRY_MIN || gpt->entry_size > ENTRIES_MAX || count > ENTRIES_MAX ||
	    le64(header.data + 72) > view->size / gpt->sector)
		return 0;
	gpt->entries = view_cut(view, le64(header.data + 72) * gpt->sector,
				(size_t)(count * gpt->entry_size));
	return gpt->entries.data &&
	       ~checksum_crc32(CRC32_POLY, ~0u, gpt->entries) == le32(header.data + 88);
}

/* One header with all of its checks, at this sector of the disk. */
static int read_header(struct view *view, uint64_t at, struct gpt *gpt)
{
	struct span header = view_cut(view, at * gpt->sector, HEADER_MIN);
	uint32_t len;

	if (!header.data || memcmp(header.data, "EFI PART", 8) || le64(header.data + 24) != at)
		return 0;
	len = le32(header.data + 12);
	if (len < HEADER_MIN || len > gpt->sector)
		return 0;
	header = view_cut(view, at * gpt->sector, len);
	return header.data &&
	       ~checksum_crc32_hole(CRC32_POLY, ~0u, header, 16, 4) == le32(header.data + 16) &&
	       read_entries(view, header, gpt);
}

/* The first header of either sector size, then the last; a view that lacks bytes comes again. */
static int read_gpt(struct view *view, struct gpt *gpt)
{
	static const uint16_t sizes[] = { 512, 4096 };

	for (int last = 0; last < 2; last++)
		for (int i = 0; i < 2; i++) {
			gpt->sector = sizes[i];
			if (view->size < 2 * (uint64_t)sizes[i])
				return 0;
			if (read_header(view, last ? view->size / sizes[i] - 1 : 1, gpt))
				return 1;
			if (view->want_len)
				return 0;
		}
	return 0;
}

/* `mbr` without bytes: there is no table, or `gpt` is it. */
static enum partitions read_table(struct view *view, struct span *mbr, struct gpt *gpt)
{
	int is_protective;

	*mbr = read_mbr(view, &is_protective);
	if (!mbr->data)
		return PARTITIONS_NONE;
	if (!is_protective)
		return PARTITIONS_MBR;
	return read_gpt(view, gpt) ? PARTITIONS_GPT : PARTITIONS_NONE;
}

static void name_mbr(struct span mbr, char *uuid)
{
	static const uint8_t no_hyphens[] = { 0 };
	uint8_t number[4];

	for (int i = 0; i < 4; i++)
		number[i] = mbr.data[MBR_DISK + 3 - i];
	text_hex(uuid, FINDING_UUID_MAX, (struct span){ number, 4 }, no_hyphens);
}

enum partitions partitions_kind(struct view *view, char uuid[FINDING_UUID_MAX])
{
	struct gpt gpt;
	struct span mbr;
	enum partitions kind = read_table(view, &mbr, &gpt);

	if (kind == PARTITIONS_GPT)
		text_guid(uuid, FINDING_UUID_MAX, gpt.guid);
	if (kind == PARTITIONS_MBR)
		name_mbr(mbr, uuid);
	return kind;
}

static void find_in_gpt(const struct gpt *gpt, unsigned int number, uint64_t start,
			struct finding *finding)
{
	uint64_t at = (uint64_t)(number - 1) * gpt->entry_size;
	struct span entry = { NULL, 0 };

	if (at < gpt->entries.len)
		entry = span_cut(gpt->entries, (size_t)at, ENTRY_MIN);
	if (!entry.data || le64(entry.data + 32) != start / (gpt->sector / 512) ||
	    start % (gpt->sector / 512))
		return;
	text_guid(finding->part_type, sizeof(finding->part_type), entry.data);
	text_guid(finding->part_uuid, sizeof(finding->part_uuid), entry.data + 16);
	text_utf16(finding->part_label, sizeof(finding->part_label),
		   span_cut(entry, NAME_AT, NAME_LEN), UTF16_LITTLE);
	finding->part_flags = le64(entry.data + 48);
}

/* Logical partitions are chained through the disk; the kernel numbered them from 5 on. */
static void find_in_mbr(struct span mbr, unsigned int number, uint64_t start,
			struct finding *finding)
{
	static const char digits[] = "0123456789abcdef";
	char disk[FINDING_UUID_MAX];

	if (number > 255 || (number <= MBR_PRIMARIES && le32(mbr_entry(mbr, number) + 8) != start))
		return;
	name_mbr(mbr, disk);
	format_text(finding->part_uuid, sizeof(finding->part_uuid), "%s-%c%c", disk,
		    digits[number >> 4], digits[number & 15]);
}

int partition_find(struct view *disk, unsigned int number, uint64_t start, struct finding *finding)
{
	enum partitions kind;
	struct span mbr;
	struct gpt gpt;

	finding->part_uuid[0] = finding->part_type[0] = finding->part_label[0] = '\0';
	finding->part_flags = 0;
	if (number == 0)
		return 1;
	disk->head = TABLE;
	kind = read_table(disk, &mbr, &gpt);
	if (kind == PARTITIONS_GPT)
		find_in_gpt(&gpt, number, start, finding);
	if (kind == PARTITIONS_MBR)
		find_in_mbr(mbr, number, start, finding);
	return disk->want_len == 0;
}

static enum partition_slot place_in_gpt(const struct gpt *gpt, unsigned int number, uint64_t *start,
					uint64_t *sectors)
{
	static const uint8_t unused[16];
	uint64_t at = (uint64_t)(number - 1) * gpt->entry_size, scale = gpt->sector / 512;
	struct span entry = { NULL, 0 };

	if (at < gpt->entries.len)
		entry = span_cut(gpt->entries, (size_t)at, ENTRY_MIN);
	if (!entry.data)
		return PARTITION_LAST;
	*start = le64(entry.data + 32);
	*sectors = le64(entry.data + 40) + 1 - *start;
	if (!memcmp(entry.data, unused, sizeof(unused)) || le64(entry.data + 40) < *start ||
	    *start + *sectors > UINT64_MAX / gpt->sector)
		return PARTITION_UNUSED;
	*start *= scale;
	*sectors *= scale;
	return PARTITION_USED;
}

static int is_extended(const uint8_t *entry)
{
	return entry[4] == 0x05 || entry[4] == 0x0f || entry[4] == 0x85;
}

/* A chain of tables: the first entry of each is a partition, seen from there, the second leads to
 * the next table, seen from the first. One without a partition has no number. */
static enum partition_slot place_logical(struct view *disk, uint64_t first, unsigned int number,
					 uint64_t *start, uint64_t *sectors)
{
	uint64_t at = first;

	for (unsigned int found = MBR_PRIMARIES, tables = 0; tables < 256; tables++) {
		struct span table = view_cut(disk, at * 512, MBR_SIZE);

		if (!table.data || table.data[510] != 0x55 || table.data[511] != 0xaa)
			break;
		found += mbr_entry(table, 1)[4] != 0;
		*start = at + le32(mbr_entry(table, 1) + 8);
		*sectors = le32(mbr_entry(table, 1) + 12);
		if (mbr_entry(table, 1)[4] && found == number)
			return PARTITION_USED;
		if (!is_extended(mbr_entry(table, 2)))
			break;
		at = first + le32(mbr_entry(table, 2) + 8);
	}
	return PARTITION_LAST;
}

static enum partition_slot place_in_mbr(struct view *disk, struct span mbr, unsigned int number,
					uint64_t *start, uint64_t *sectors)
{
	if (number <= MBR_PRIMARIES) {
		const uint8_t *entry = mbr_entry(mbr, number);

		*start = le32(entry + 8);
		*sectors = le32(entry + 12);
		return entry[4] && !is_extended(entry) ? PARTITION_USED : PARTITION_UNUSED;
	}
	for (unsigned int i = 1; i <= MBR_PRIMARIES; i++)
		if (is_extended(mbr_entry(mbr, i)))
			return place_logical(disk, le32(mbr_entry(mbr, i) + 8), number, start,
					     sectors);
	return PARTITION_LAST;
}

enum partition_slot partition_place(struct view *disk, unsigned int number, uint64_t *start,
				    uint64_t *sectors)
{
	struct span mbr;
	struct gpt gpt;

	switch (read_table(disk, &mbr, &gpt)) {
	case PARTITIONS_GPT:
		return place_in_gpt(&gpt, number, start, sectors);
	case PARTITIONS_MBR:
		return place_in_mbr(disk, mbr, number, start, sectors);
	default:
		return PARTITION_LAST;
	}
}
