// SPDX-License-Identifier: MIT
/* md.c - members of Linux's software RAID. Source: Linux, include/uapi/linux/raid/md_p.h. */
#include "init/pure/count.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define MAGIC 0xa92b4efcu
#define SIZE 4096
#define RESERVED 65536 /* bytes at the end, rounded: where 0.90 keeps its superblock */
#define SUM_090 152
#define SUM_1 216
#define FIXED_1 256 /* bytes before the roles of the devices, two bytes each */
#define DEVICES_AT 220

/* The 32-bit words, with the sum itself as 0, and the carry added. */
static uint32_t sum_of(struct span sb, size_t len, size_t hole)
{
	uint64_t sum = 0;
	size_t at = 0;

	for (; at + 4 <= len; at += 4)
		sum += at == hole ? 0 : le32(sb.data + at);
	if (at + 2 <= len)
		sum += le16(sb.data + at);
	return (uint32_t)((sum & 0xffffffffu) + (sum >> 32));
}

static void parse_090(struct span sb, struct finding *finding)
{
	static const uint8_t words[] = { 20, 52, 56, 60 };
	uint8_t uuid[16];

	for (int i = 0; i < 16; i++)
		uuid[i] = sb.data[words[i / 4] + 3 - i % 4];
	text_uuid(finding->uuid, sizeof(finding->uuid), uuid);
	finding->format = FORMAT_MD;
	if (sum_of(sb, SIZE, SUM_090) != le32(sb.data + SUM_090))
		finding->damage = DAMAGE_CHECKSUM;
}

/* A version 1 superblock contains its own offset: that of a partition at the end of this disk has
 * another one, and is not this disk's. */
static void parse_1(struct span sb, uint64_t at, struct finding *finding)
{
	size_t len = FIXED_1 + (size_t)le32(sb.data + DEVICES_AT) * 2;

	if (le32(sb.data) != MAGIC || le32(sb.data + 4) != 1 || le64(sb.data + 144) != at / 512)
		return;
	finding->format = FORMAT_MD;
	text_uuid(finding->uuid, sizeof(finding->uuid), sb.data + 16);
	text_label(finding->label, sizeof(finding->label), span_cut(sb, 32, 32));
	if (len > SIZE || sum_of(sb, len, SUM_1) != le32(sb.data + SUM_1))
		finding->damage = DAMAGE_CHECKSUM;
}

void probe_md(struct view *view, struct finding *finding)
{
	uint64_t end = view->size >= 8192 ? (view->size / 512 - 16) / 8 * 4096 : 0;
	const uint64_t places[] = { 0, 4096, end };
	struct span sb;

	for (size_t i = 0; i < COUNT(places) && !finding->format; i++) {
		sb = view_cut(view, places[i], SIZE);
		if (sb.data)
			parse_1(sb, places[i], finding);
	}
	if (finding->format || view->size < 2 * RESERVED)
		return;
	sb = view_cut(view, view->size / RESERVED * RESERVED - RESERVED, SIZE);
	if (sb.data && le32(sb.data) == MAGIC && le32(sb.data + 4) == 0)
		parse_090(sb, finding);
}
