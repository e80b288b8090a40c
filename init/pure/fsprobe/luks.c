// SPDX-License-Identifier: MIT
/* luks.c - LUKS. Source: the LUKS1 and LUKS2 on-disk format specifications. */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/fsprobe/sum.h"
#include "init/pure/text.h"

#define FIXED 4096 /* bytes: of the header, before its JSON */
#define SUM_AT 448
#define SUM_FIELD 64 /* bytes, of which SHA-256 takes the first */
#define HEADER_MIN 16384 /* bytes of the whole header that cryptsetup(8) makes */
#define HEADER_MAX (4 * 1024 * 1024)

/* The header of LUKS2 at `at`, whose sum is right or of a kind that is not known here; else data
 * is NULL. */
static struct span header2(struct view *view, uint64_t at, const char *magic)
{
	static const struct span none;
	static const uint8_t zeros[SUM_FIELD];
	struct span header = view_cut(view, at, FIXED);
	uint8_t sum[SHA256_SIZE];
	uint64_t size;

	if (!header.data || memcmp(header.data, magic, 6) || be16(header.data + 6) != 2)
		return none;
	size = be64(header.data + 8);
	if (be64(header.data + 256) != at || size < HEADER_MIN || size > HEADER_MAX ||
	    (at && size != at))
		return none;
	if (memcmp(header.data + 72, "sha256", 7))
		return header;
	if (!sum_sha256(view, at, (size_t)size, SUM_AT, (struct span){ zeros, sizeof(zeros) }, sum))
		return none;
	return memcmp(sum, header.data + SUM_AT, sizeof(sum)) ? none : header;
}

/* The second header follows the first: both have the same size, which is a power of two. */
static struct span backup2(struct view *view)
{
	struct span header = { NULL, 0 };

	for (uint64_t at = HEADER_MIN; at <= HEADER_MAX && !header.data && !view->want_len; at *= 2)
		header = header2(view, at, "SKUL\xba\xbe");
	return header;
}

static void probe_luks2(struct view *view, struct finding *finding)
{
	struct span header = header2(view, 0, "LUKS\xba\xbe");

	finding->format = FORMAT_LUKS2;
	if (!header.data && !view->want_len)
		header = backup2(view);
	if (!header.data) {
		finding->damage = DAMAGE_CHECKSUM;
		return;
	}
	text_label(finding->label, sizeof(finding->label), span_cut(header, 24, 48));
	text_label(finding->uuid, sizeof(finding->uuid), span_cut(header, 168, 40));
}

void probe_luks(struct view *view, struct finding *finding)
{
	struct span header = view_cut(view, 0, FIXED);

	if (!header.data || memcmp(header.data, "LUKS\xba\xbe", 6))
		return;
	switch (be16(header.data + 6)) {
	case 1:
		finding->format = FORMAT_LUKS1;
		text_label(finding->uuid, sizeof(finding->uuid), span_cut(header, 168, 40));
		break;
	case 2:
		probe_luks2(view, finding);
		break;
	default:
		finding->format = FORMAT_LUKS2;
		finding->damage = DAMAGE_FIELDS;
	}
}
