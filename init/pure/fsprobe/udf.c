// SPDX-License-Identifier: MIT
/* udf.c - UDF. Source: ECMA-167; OSTA's UDF specification 2.60. */
#include "init/pure/checksum.h"
#include "init/pure/count.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define FIRST 32768 /* bytes */
#define STEP 2048
#define LOOKED_AT 8
#define ANCHOR 256 /* the sector of the anchor */
#define DESCRIPTOR 512 /* bytes of one */
#define SEQUENCE_MAX 16 /* descriptors that are read */
#define SET_ID_LEN 16 /* characters of the volume set's name that make the identifier */

enum tag { TAG_PRIMARY = 1, TAG_ANCHOR = 2, TAG_LOGICAL = 6, TAG_END = 8 };

/* Whether the recognition sequence names NSR02 or NSR03. Its structures are 2048 bytes apart, or a
 * larger block. */
static int is_sequence(struct view *view, unsigned int step)
{
	for (unsigned int i = 0; i < LOOKED_AT; i++) {
		struct span structure = view_cut(view, FIRST + i * step, 7);

		if (!structure.data || structure.data[1] == '\0')
			return 0;
		if (!memcmp(structure.data + 1, "NSR02", 5) ||
		    !memcmp(structure.data + 1, "NSR03", 5))
			return 1;
	}
	return 0;
}

static int is_udf(struct view *view)
{
	return is_sequence(view, STEP) || is_sequence(view, 2 * STEP);
}

/* The tag's checksum, and that of the bytes after it. */
static int is_sound(struct span descriptor, enum tag tag)
{
	uint8_t sum = 0;
	struct span covered;

	if (!descriptor.data || le16(descriptor.data) != tag)
		return 0;
	covered = span_cut(descriptor, 16, le16(descriptor.data + 10));
	for (int i = 0; i < 16; i++)
		sum = (uint8_t)(sum + (i == 4 ? 0 : descriptor.data[i]));
	return sum == descriptor.data[4] && covered.data &&
	       checksum_crc16(covered) == le16(descriptor.data + 8);
}

/* A name: 8 or 16 for the bits of a character, the characters, and the length in the last byte. */
static void read_name(char *text, size_t size, struct span field)
{
	uint8_t wide[DESCRIPTOR];
	size_t len = field.data[field.len - 1];

	text[0] = '\0';
	if (len < 1 || len > field.len - 1)
		return;
	if (field.data[0] == 16) {
		text_utf16(text, size, span_cut(field, 1, len - 1), UTF16_BIG);
	} else if (field.data[0] == 8) {
		for (size_t i = 1; i < len; i++) {
			wide[2 * i - 2] = 0;
			wide[2 * i - 1] = field.data[i];
		}
		text_utf16(text, size, (struct span){ wide, 2 * len - 2 }, UTF16_BIG);
	}
}

static size_t count_hex(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF");
}

/* As blkid(8) makes it: 16 hexadecimal characters as they stand, or 8 and the bytes of 4 more, or
 * the bytes of the first 8; of a short name what is missing is 0. */
static void make_uuid(const char set[FINDING_LABEL_MAX], struct finding *finding)
{
	static const uint8_t no_hyphens[] = { 0 };
	size_t hex = count_hex(set), kept = hex >= SET_ID_LEN ? SET_ID_LEN : hex >= 8 ? 8 : 0;

	if (strlen(set) < SET_ID_LEN / 2)
		return;
	for (size_t i = 0; i < kept; i++)
		finding->uuid[i] =
			(char)(set[i] >= 'A' && set[i] <= 'F' ? set[i] - 'A' + 'a' : set[i]);
	finding->uuid[kept] = '\0';
	if (kept < SET_ID_LEN)
		text_hex(finding->uuid + kept, sizeof(finding->uuid) - kept,
			 (struct span){ (const uint8_t *)set + kept, (SET_ID_LEN - kept) / 2 },
			 no_hyphens);
}

static void read_sequence(struct view *view, uint64_t at, uint64_t sector, struct finding *finding)
{
	char set[FINDING_LABEL_MAX];

	for (unsigned int i = 0; i < SEQUENCE_MAX; i++, at += sector) {
		struct span descriptor = view_cut(view, at, DESCRIPTOR);

		if (!descriptor.data || le16(descriptor.data) == TAG_END)
			return;
		if (is_sound(descriptor, TAG_PRIMARY)) {
			memset(set, 0, sizeof(set));
			read_name(set, sizeof(set), span_cut(descriptor, 72, 128));
			make_uuid(set, finding);
		}
		if (is_sound(descriptor, TAG_LOGICAL))
			read_name(finding->label, sizeof(finding->label),
				  span_cut(descriptor, 84, 128));
	}
}

void probe_udf(struct view *view, struct finding *finding)
{
	static const uint16_t sectors[] = { 2048, 512, 4096, 1024 };

	if (!is_udf(view))
		return;
	finding->format = FORMAT_UDF;
	finding->damage = DAMAGE_CHECKSUM; /* until an anchor is found */
	for (size_t i = 0; i < COUNT(sectors); i++) {
		struct span anchor = view_cut(view, (uint64_t)ANCHOR * sectors[i], DESCRIPTOR);

		if (!is_sound(anchor, TAG_ANCHOR) || le32(anchor.data + 12) != ANCHOR)
			continue;
		finding->damage = DAMAGE_NONE;
		read_sequence(view, (uint64_t)le32(anchor.data + 20) * sectors[i], sectors[i],
			      finding);
		return;
	}
}
