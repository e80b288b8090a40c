// SPDX-License-Identifier: MIT
/* fuzz_fsprobe.c - PROPERTY: probes end after few reads, and what they find is well formed; a */
/* partition is named only where a table says so. The input is a sparse device: 4 bytes of its size
 * in sectors, 1 of the partition's number, then parts: 4 bytes of a sector, 2 of a length, the
 * bytes. */
#include <string.h>

#include "init/pure/fsprobe/fsprobe.h"
#include "init/pure/partitions.h"
#include "tests/fuzz/fuzz.h"

#define HEAD 5
#define PART 6
/* The most that passes by: a header of LUKS2 of 4 MiB, and copies that look like one, each as long
 * as all before it; with what is kept in between. */
#define PASSES_MAX (3 * (4 << 20) / VIEW_CUT_MAX + 2 * VIEW_PARTS)

static uint8_t arena[VIEW_PARTS * VIEW_PART_MAX];

/* What of this part lies in the range that is wanted. */
static void copy(const struct view *view, uint8_t *to, uint64_t at, const uint8_t *bytes,
		 size_t len)
{
	uint64_t from = at > view->want_offset ? at : view->want_offset;
	uint64_t wanted = view->want_offset + view->want_len;
	uint64_t end = at + len < wanted ? at + len : wanted;

	if (from < end)
		memcpy(to + (from - view->want_offset), bytes + (from - at), end - from);
}

static void feed(struct view *view, const uint8_t *data, size_t size, int *passes)
{
	uint8_t *to = arena + view->kept;

	CHECK(view->want_len <= VIEW_PART_MAX && view->want_offset + view->want_len <= view->size);
	CHECK(view->count - view->last_passes < VIEW_PARTS);
	CHECK(!view->want_passes || ++*passes <= PASSES_MAX);
	memset(to, 0, view->want_len);
	for (size_t at = HEAD; at + PART <= size;) {
		size_t len = le16(data + at + 4);

		if (len > size - at - PART)
			len = size - at - PART;
		copy(view, to, (uint64_t)le32(data + at) * 512, data + at + PART, len);
		at += PART + len;
	}
	CHECK(view_add(view, (struct span){ to, view->want_len }) == 0);
}

/* Numbers of partitions end, and places are on a device that bytes can count. */
static void check_places(const uint8_t *data, size_t size)
{
	struct view disk = { .size = (uint64_t)le32(data) * 512 };
	enum partition_slot slot = PARTITION_UNUSED;
	uint64_t start, sectors;
	int passes = 0;

	for (unsigned int number = 1; slot != PARTITION_LAST; number++) {
		CHECK(number < VIEW_PART_MAX);
		slot = partition_place(&disk, number, &start, &sectors);
		while (disk.want_len && disk.count < VIEW_PARTS - 1) {
			feed(&disk, data, size, &passes);
			slot = partition_place(&disk, number, &start, &sectors);
		}
		CHECK(slot != PARTITION_USED ||
		      (start <= UINT64_MAX / 512 && sectors <= UINT64_MAX / 512));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct finding finding;
	struct view view = { 0 };
	char text[600];
	int passes = 0;

	if (size < HEAD)
		return 0;
	memset(&finding, 0, sizeof(finding));
	view.size = (uint64_t)le32(data) * 512;
	while (!fsprobe(&view, &finding))
		feed(&view, data, size, &passes);
	while (!partition_find(&view, data[4], 2048, &finding))
		feed(&view, data, size, &passes);
	check_places(data, size);
	CHECK(finding_check(&finding) == 0);
	CHECK((finding.found == FOUND_NOTHING) == (finding.format == FORMAT_NONE));
	CHECK((finding.found == FOUND_DAMAGED) == (finding.damage != DAMAGE_NONE) ||
	      finding.found == FOUND_SEVERAL);
	finding_describe(&finding, text, sizeof(text));
	for (const char *c = text; *c; c++)
		CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
	return 0;
}
