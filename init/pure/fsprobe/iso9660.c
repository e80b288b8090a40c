// SPDX-License-Identifier: MIT
/* iso9660.c - ISO 9660 with Joliet's label. Source: ECMA-119; the Joliet specification. */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define FIRST 32768 /* bytes: 16 sectors */
#define SECTOR 2048
#define LOOKED_AT 16 /* descriptors; an image has three or four */
#define PRIMARY 1
#define SUPPLEMENT 2
#define CREATED 813
#define CHANGED 830
#define DATE_LEN 16
#define LABEL_LEN 32 /* bytes */
#define JOLIET_LETTERS 16

/* "2026112209551500" -> "2026-11-22-09-55-15-00"; all zeros are no date. */
static void read_date(const uint8_t *date, struct finding *finding)
{
	static const uint8_t zeros[] = "0000000000000000";
	size_t used = 0;

	if (!memcmp(date, zeros, DATE_LEN))
		return;
	for (size_t i = 0; i < DATE_LEN; i++) {
		if (date[i] < '0' || date[i] > '9') {
			used = 0;
			break;
		}
		if (i >= 4 && i % 2 == 0)
			finding->uuid[used++] = '-';
		finding->uuid[used++] = (char)date[i];
	}
	finding->uuid[used] = '\0';
}

static int is_joliet(const uint8_t *descriptor)
{
	return descriptor[0] == SUPPLEMENT && descriptor[88] == '%' && descriptor[89] == '/' &&
	       (descriptor[90] == '@' || descriptor[90] == 'C' || descriptor[90] == 'E');
}

static int is_small(unsigned int letter)
{
	return letter >= 'a' && letter <= 'z';
}

/*
 * Joliet's label is the same as the primary one, in letters of any kind, but has 16 of them at
 * most. Where it is full and agrees, the primary's go on where it ends. The primary has capitals,
 * or "_" for what cannot be written.
 */
static int is_begun(const uint8_t *joliet, const uint8_t *primary)
{
	for (size_t i = 0; i < JOLIET_LETTERS; i++) {
		unsigned int letter = be16(joliet + 2 * i), other = primary[i];

		if (is_small(letter))
			letter -= 'a' - 'A';
		if (is_small(other))
			other -= 'a' - 'A';
		if (letter != other && other != '_')
			return 0;
	}
	return 1;
}

static void read_joliet(struct view *view, const uint8_t *primary, struct finding *finding)
{
	char label[3 * LABEL_LEN + 1];

	for (unsigned int i = 1; i < LOOKED_AT; i++) {
		struct span descriptor = view_cut(view, FIRST + i * SECTOR, SECTOR);
		uint8_t letters[2 * LABEL_LEN];

		if (!descriptor.data || memcmp(descriptor.data + 1, "CD001", 5) ||
		    descriptor.data[0] == 255)
			return;
		if (!is_joliet(descriptor.data))
			continue;
		memset(letters, 0, sizeof(letters));
		memcpy(letters, descriptor.data + 40, LABEL_LEN);
		if (is_begun(letters, primary))
			for (size_t k = 0; k < LABEL_LEN; k++)
				if (k >= JOLIET_LETTERS || is_small(primary[k]))
					letters[2 * k + 1] = primary[k];
		text_utf16(label, sizeof(label), (struct span){ letters, sizeof(letters) },
			   UTF16_BIG);
		memcpy(finding->label, label, sizeof(label));
		return;
	}
}

void probe_iso9660(struct view *view, struct finding *finding)
{
	struct span first = view_cut(view, FIRST, SECTOR);

	if (!first.data || first.data[0] != PRIMARY || memcmp(first.data + 1, "CD001", 5))
		return;
	finding->format = FORMAT_ISO9660;
	if (le16(first.data + 128) == 0) /* that its device is too small is none: Linux mounts it */
		finding->damage = DAMAGE_FIELDS;
	read_date(first.data + CHANGED, finding);
	if (!finding->uuid[0])
		read_date(first.data + CREATED, finding);
	text_label(finding->label, sizeof(finding->label), span_cut(first, 40, LABEL_LEN));
	read_joliet(view, first.data + 40, finding);
}
