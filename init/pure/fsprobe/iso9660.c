/* iso9660.c - ISO 9660 with Joliet's label. Source: ECMA-119; the Joliet specification. */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/fsprobe/text.h"

#define FIRST 32768 /* bytes: 16 sectors */
#define SECTOR 2048
#define LOOKED_AT 16 /* descriptors; an image has three or four */
#define PRIMARY 1
#define SUPPLEMENT 2
#define CREATED 813
#define CHANGED 830
#define DATE_LEN 16

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

/* Joliet's label says the same as the first one, in small letters, too, and 16 of them at most. */
static void read_joliet(struct view *view, struct finding *finding)
{
	for (unsigned int i = 1; i < LOOKED_AT; i++) {
		struct span descriptor = view_cut(view, FIRST + i * SECTOR, SECTOR);
		char label[64];

		if (!descriptor.data || memcmp(descriptor.data + 1, "CD001", 5) ||
		    descriptor.data[0] == 255)
			return;
		if (!is_joliet(descriptor.data))
			continue;
		text_utf16(label, sizeof(label), span_cut(descriptor, 40, 32), UTF16_BIG);
		if (label[0])
			memcpy(finding->label, label, sizeof(label));
		return;
	}
}

void probe_iso9660(struct view *view, struct finding *finding)
{
	struct span first = view_cut(view, FIRST, SECTOR);
	uint64_t bytes;

	if (!first.data || first.data[0] != PRIMARY || memcmp(first.data + 1, "CD001", 5))
		return;
	finding->format = FORMAT_ISO9660;
	bytes = (uint64_t)le32(first.data + 80) * le16(first.data + 128);
	if (le16(first.data + 128) == 0)
		finding->damage = DAMAGE_FIELDS;
	else if (bytes > view->size)
		finding->damage = DAMAGE_SIZE;
	read_date(first.data + CHANGED, finding);
	if (!finding->uuid[0])
		read_date(first.data + CREATED, finding);
	text_label(finding->label, sizeof(finding->label), span_cut(first, 40, 32));
	read_joliet(view, finding);
}
