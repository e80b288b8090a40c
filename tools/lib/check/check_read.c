// SPDX-License-Identifier: MIT
/* check_read.c - an image read as the kernel does: what it loses, and where it stops. */
#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"

#define WINDOW_MAX ((uint64_t)128 << 20) /* bytes: ZSTD_WINDOWSIZE_MAX of the kernel */
#define WINDOW_USUAL ((uint64_t)8 << 20) /* bytes: zstd -19; more needs --ultra or --long */

static const char repack[] = "pack it again with rdinit pack";
static const char rename_it[] = "change or remove this entry, which the newc format cannot hold";

struct reading {
	struct check *check;
	const char *name; /* of the image */
};

static void damaged(void *context, const struct archive_fault *fault)
{
	const struct reading *reading = context;

	if (fault->kind == COMPRESS_NONE && fault->at == ARCHIVE_NOWHERE)
		check_say(reading->check, CHECK_UNREADABLE, CHECK_ERROR, repack,
			  "%s: %s, at offset %zu: the kernel stops there", shown(reading->name),
			  fault->why, fault->segment);
	else
		check_say(reading->check, CHECK_UNREADABLE, CHECK_ERROR, repack,
			  "%s: %s, in the %s segment at offset %zu: the kernel stops there",
			  shown(reading->name), fault->why, archive_kind(fault->kind),
			  fault->segment);
}

static void lost(void *context, const struct newc_entry *newc, const char *why)
{
	const struct reading *reading = context;

	check_say(reading->check, CHECK_LOST_ENTRY, CHECK_ERROR, rename_it,
		  "the entry %s (offset %zu) is lost without a message: %s",
		  newc->name && *newc->name ? shown(newc->name) : "without a name", newc->offset,
		  why);
}

/* The memory that a frame needs while it is read; 0 if its header is truncated. Source: RFC 8878,
 * 3.1.1.1. */
static uint64_t window_of(struct span frame)
{
	static const size_t id_lens[] = { 0, 1, 2, 4 };
	unsigned int flags = frame.len > 5 ? frame.data[4] : 0, exponent;
	struct span size = span_cut(frame, 5 + id_lens[flags & 3], 8);

	if (!(flags & 0x20)) {
		exponent = frame.len > 5 ? frame.data[5] >> 3 : 0;
		return ((uint64_t)1 << (10 + exponent)) / 8 *
		       (8 + (frame.len > 5 ? frame.data[5] & 7u : 0));
	}
	if (!size.data)
		return 0;
	return flags >> 6 == 3 ? le64(size.data) : flags >> 6 == 2 ? le32(size.data) : 0;
}

/* The kernel's decompressors accept less than the libraries. */
static bool accepts(void *context, struct span frame, enum compress_kind kind, size_t offset)
{
	struct archive_fault fault = { .kind = kind, .segment = offset, .at = ARCHIVE_NOWHERE };
	struct check *check = ((const struct reading *)context)->check;
	uint64_t window = kind == COMPRESS_ZSTD ? window_of(frame) : 0;

	if (kind == COMPRESS_XZ && frame.len > 7 && (frame.data[7] & 15) > 1)
		fault.why = "a checksum that it does not know (use xz --check=crc32)";
	else if (window > WINDOW_MAX)
		fault.why = "a window of more than 128 MiB";
	if (fault.why)
		damaged(context, &fault);
	else if (kind == COMPRESS_LZO)
		check_skip(
			check, CHECK_UNREADABLE,
			"rdinit cannot unpack lzo: the content of the segment at offset %zu is unknown",
			offset);
	else if (window > WINDOW_USUAL)
		check_say(
			check, CHECK_UNREADABLE, CHECK_WARNING,
			"compress with a lower level, or give zstd the size",
			"the zstd segment at offset %zu has a window of %zu MiB, which the kernel also "
			"needs while it unpacks",
			offset, (size_t)(window >> 20));
	return !fault.why && kind != COMPRESS_LZO;
}

void check_read_image(struct check *check, const char *name, struct mapped_file *file)
{
	struct reading reading = { check, name };
	const struct archive_rules rules = { .policy = ARCHIVE_AS_THE_KERNEL,
					     .lost = lost,
					     .damaged = damaged,
					     .accepts = accepts,
					     .context = &reading };

	check->archive = archive_read(name, file, &rules);
	check_unpack(check);
}
