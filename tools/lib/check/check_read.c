// SPDX-License-Identifier: MIT
/* check_read.c - the segments and entries of an image, read on where the kernel reads on. */
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/path.h"
#include "tools/lib/check/check.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/cpio/bootconfig.h"

#define WINDOW_MAX ((uint64_t)128 << 20) /* bytes: ZSTD_WINDOWSIZE_MAX of the kernel */
#define WINDOW_USUAL ((uint64_t)8 << 20) /* bytes: zstd -19; more needs --ultra or --long */

static const char repack[] = "pack it again with rdinit pack";
static const char rename_it[] = "change or remove this entry, which the newc format cannot hold";

static void damage(struct check *check, size_t offset, const char *kind, const char *why)
{
	check_say(check, CHECK_UNREADABLE, CHECK_ERROR, repack,
		  "%s: %s, in the %s segment at offset %zu: the kernel stops there",
		  shown(check->archive->name), why, kind, offset);
	check->is_damaged = 1;
}

static void lose(struct check *check, const struct newc_entry *newc, const char *why)
{
	check_say(check, CHECK_LOST_ENTRY, CHECK_ERROR, rename_it,
		  "the entry %s (offset %zu) is lost without a message: %s",
		  newc->name && *newc->name ? shown(newc->name) : "without a name", newc->offset,
		  why);
}

static void add_entry(struct check *check, const struct newc_entry *newc)
{
	struct archive *archive = check->archive;
	const char *fault;
	char *path = path_of_entry(newc->name, &fault);

	if (!path) {
		lose(check, newc, fault);
		return;
	}
	archive_add_entry(archive, newc, path);
}

/* A trailer has no mode. A file of its name would be dropped, and parts the hard links. */
static void look_for_named_trailer(struct check *check, const struct newc_reader *reader)
{
	static const char name[] = NEWC_TRAILER;
	size_t at = reader->offset;
	struct span header;

	while (at < reader->span.len && !reader->span.data[at])
		at++;
	header = span_cut(reader->span, at, NEWC_HEADER + sizeof(name));
	if (header.data && !memcmp(header.data + NEWC_HEADER, name, sizeof(name)) &&
	    memcmp(header.data + 14, "00000000", 8))
		lose(check, &(struct newc_entry){ .name = name, .offset = at },
		     "this name ends an archive");
}

/* All entries of one run of cpio bytes. Where it ended, or 0 after damage. */
static size_t read_entries(struct check *check, struct span span, const char *kind)
{
	const struct archive *archive = check->archive;
	const struct archive_segment *segment = &archive->segments[archive->segment_count - 1];
	struct newc_reader reader = { .span = span, .archive = check->trailers };
	struct newc_entry entry;
	enum newc_result result;
	size_t since = 0, before = 0;

	do {
		look_for_named_trailer(check, &reader);
		entry = (struct newc_entry){ 0 };
		result = newc_next(&reader, &entry);
		archive_passed(archive, &since, reader.offset - before);
		before = reader.offset;
		if (result == NEWC_ENTRY) {
			add_entry(check, &entry);
		} else if (result == NEWC_FAULT && newc_pass_over(&reader)) {
			lose(check, &entry, reader.fault);
			result = NEWC_ENTRY;
		}
	} while (result == NEWC_ENTRY);
	check->trailers = reader.archive;
	if (result == NEWC_FAULT)
		damage(check, segment->offset, kind, reader.fault);
	else if (result == NEWC_OTHER && strcmp(kind, "raw"))
		damage(check, segment->offset, kind, "junk after its entries");
	return check->is_damaged ? 0 : reader.offset;
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

/* The kernel's decompressors accept less than the libraries. 1: it stops. */
static int look_at_frame(struct check *check, struct span frame, const char *kind, size_t offset)
{
	uint64_t window = strcmp(kind, "zstd") ? 0 : window_of(frame);

	if (!strcmp(kind, "xz") && frame.len > 7 && (frame.data[7] & 15) > 1) {
		damage(check, offset, kind,
		       "a checksum that it does not know (use xz --check=crc32)");
	} else if (!strcmp(kind, "lzo")) {
		check_skip(
			check, CHECK_UNREADABLE,
			"rdinit cannot unpack lzo: the content of the segment at offset %zu is unknown",
			offset);
		check->is_damaged = 1;
	} else if (window > WINDOW_MAX) {
		damage(check, offset, kind, "a window of more than 128 MiB");
	} else if (window > WINDOW_USUAL) {
		check_say(
			check, CHECK_UNREADABLE, CHECK_WARNING,
			"compress with a lower level, or give zstd the size",
			"the zstd segment at offset %zu has a window of %zu MiB, which the kernel also "
			"needs while it unpacks",
			offset, (size_t)(window >> 20));
	}
	return check->is_damaged;
}

static size_t read_compressed(struct check *check, struct span rest, size_t offset,
			      const char *kind)
{
	struct archive_segment *segment = archive_add_segment(check->archive, kind, offset);
	const char *why;

	if (look_at_frame(check, rest, kind, offset))
		return 0;
	/* One at a time: the kernel ends each where an entry ends; but of lz4 it takes
	 * all as one. */
	why = (strcmp(kind, "lz4") ? decompress_one : decompress_quietly)(
		rest, &segment->data, limit_left(), &segment->packed);
	segment->unpacked = segment->data.len;
	if (!why)
		why = limit_take(segment->data.len, check->archive->name) < 0
			      ? "unpacks to more than the limit"
			      : NULL;
	if (why) {
		damage(check, offset, kind, why);
		return 0;
	}
	read_entries(check, (struct span){ (uint8_t *)segment->data.data, segment->data.len },
		     kind);
	return check->is_damaged ? 0 : segment->packed;
}

static size_t read_raw(struct check *check, struct span rest, size_t offset)
{
	struct archive_segment *segment = archive_add_segment(check->archive, "raw", offset);

	if (offset % 4)
		damage(check, offset, "raw", "an archive at an offset that is not a multiple of 4");
	else
		segment->packed = read_entries(check, rest, "raw");
	return segment->packed;
}

static size_t read_unknown(struct check *check, struct span rest, size_t offset)
{
	static const uint8_t lz4_frame[] = { 0x04, 0x22, 0x4d, 0x18 };

	if (rest.len >= 4 && !memcmp(rest.data, lz4_frame, 4))
		damage(check, offset, "lz4",
		       "the frame format, but the kernel reads only the legacy one (use lz4 -l)");
	else
		damage(check, offset, "unknown", "neither a newc archive nor a known compression");
	return 0;
}

static void read_segments(struct check *check)
{
	struct span config, whole = bootconfig_cut(check->archive->file, &config);
	size_t offset = 0;

	while (offset < whole.len && !check->is_damaged) {
		struct span rest = span_cut(whole, offset, whole.len - offset);
		const char *kind = compress_detect(rest);

		if (!rest.data[0])
			offset++;
		else if (rest.data[0] == '0')
			offset += read_raw(check, rest, offset);
		else if (kind)
			offset += read_compressed(check, rest, offset, kind);
		else
			offset += read_unknown(check, rest, offset);
	}
	if (!check->archive->segment_count && !check->is_damaged)
		damage(check, 0, "first", whole.len ? "nothing but zero bytes" : "an empty file");
}

void check_take_image(struct check *check, const char *name, struct mapped_file *file)
{
	check->archive = xcalloc(1, sizeof(*check->archive));
	check->archive->name = xstrdup(name);
	check->archive->mapped = *file;
	check->archive->file = file->bytes;
	*file = (struct mapped_file){ .mapped = 0 };
	read_segments(check);
	check_unpack(check);
}
