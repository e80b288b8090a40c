// SPDX-License-Identifier: MIT
/* exfat.c - exFAT. Source: Microsoft's exFAT specification. */
#include "init/pure/fsprobe/chain.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define BOOT_SIZE 512
#define SUMMED 11 /* sectors before that of the checksum */
#define ENTRY_LABEL 0x83
#define LABEL_MAX 11 /* letters */

/* The first sector's flags and percentage in use change while it is mounted: left out. */
static uint32_t sum(struct span sectors)
{
	uint32_t total = 0;

	for (size_t i = 0; i < sectors.len; i++)
		if (i != 106 && i != 107 && i != 112)
			total = (total << 31 | total >> 1) + sectors.data[i];
	return total;
}

static enum damage judge(struct view *view, const uint8_t *boot)
{
	uint8_t sector = boot[108], cluster = boot[109];
	struct span sectors;

	if (sector < 9 || sector > 12 || cluster > 25 - sector || le32(boot + 96) < 2)
		return DAMAGE_FIELDS;
	sectors = view_cut(view, 0, (size_t)(SUMMED + 1) << sector);
	if (sectors.data && sum(span_cut(sectors, 0, (size_t)SUMMED << sector)) !=
				    le32(sectors.data + ((size_t)SUMMED << sector)))
		return DAMAGE_CHECKSUM;
	return DAMAGE_NONE; /* however small its device is: Linux mounts it */
}

static void read_label(struct view *view, const uint8_t *boot, struct finding *finding)
{
	struct chain chain = { .table_at = (uint64_t)le32(boot + 80) << boot[108],
			       .heap_at = (uint64_t)le32(boot + 88) << boot[108],
			       .size = 1u << (boot[108] + boot[109]),
			       .cluster = le32(boot + 96) };
	const uint8_t *entry;

	while ((entry = chain_next(view, &chain)) && entry[0] != ENTRY_LABEL)
		;
	if (entry && entry[1] <= LABEL_MAX)
		text_utf16(finding->label, sizeof(finding->label),
			   (struct span){ entry + 2, entry[1] * 2u }, UTF16_LITTLE);
}

void probe_exfat(struct view *view, struct finding *finding)
{
	static const uint8_t hyphens[] = { 2, 0 };
	struct span boot = view_cut(view, 0, BOOT_SIZE);
	uint8_t serial[4];

	if (!boot.data || memcmp(boot.data + 3, "EXFAT   ", 8))
		return;
	finding->format = FORMAT_EXFAT;
	finding->damage = (uint8_t)judge(view, boot.data);
	for (int i = 0; i < 4; i++)
		serial[i] = boot.data[103 - i];
	text_hex(finding->uuid, sizeof(finding->uuid), (struct span){ serial, 4 }, hyphens);
	text_upper(finding->uuid);
	if (finding->damage == DAMAGE_NONE)
		read_label(view, boot.data, finding);
}
