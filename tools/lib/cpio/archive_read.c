// SPDX-License-Identifier: MIT
/* archive_read.c - the segments and entries of an image, in the order in which the kernel reads. */
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/base/limit.h"
#include "tools/lib/base/path.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/cpio/bootconfig.h"
#include "tools/lib/cpio/newc_sieve.h"

static const uint8_t lz4_frame[] = { 0x04, 0x22, 0x4d, 0x18 };

struct reading {
	struct archive *archive;
	const struct archive_rules *rules;
	struct span whole; /* the image without its boot configuration */
	size_t offset; /* bytes of it that were read */
	unsigned int trailers; /* passed so far: they part hard links */
	size_t since; /* archive_passed() */
};

static struct archive_segment *last_segment(const struct archive *archive)
{
	return &archive->segments[archive->segment_count - 1];
}

static void stop(const struct reading *reading, enum compress_kind kind, size_t at, const char *why)
{
	const struct archive_fault fault = {
		.kind = kind, .segment = reading->offset, .at = at, .why = why
	};

	reading->archive->is_damaged = true;
	reading->rules->damaged(reading->rules->context, &fault);
}

static void lose(const struct reading *reading, const struct newc_entry *newc, const char *why)
{
	reading->archive->lost++;
	reading->rules->lost(reading->rules->context, newc, why);
}

static void add_entry(const struct reading *reading, struct newc_entry *newc)
{
	const char *fault;
	char *path = path_of_entry(newc->name, &fault);

	if (!path) {
		lose(reading, newc, fault);
		return;
	}
	if (S_ISLNK(newc->fields.mode))
		newc->data.data = (const uint8_t *)arena_copy(
			&reading->archive->targets, (const char *)newc->data.data, newc->data.len);
	archive_add_entry(reading->archive, newc, path);
}

/* A trailer has no mode. A file of its name would be dropped, and parts the hard links. */
static void find_named_trailer(const struct reading *reading, const struct newc_reader *reader)
{
	static const char name[] = NEWC_TRAILER;
	size_t at = reader->offset;
	struct span header;

	while (at < reader->span.len && !reader->span.data[at])
		at++;
	header = span_cut(reader->span, at, NEWC_HEADER + sizeof(name));
	if (header.data && !memcmp(header.data + NEWC_HEADER, name, sizeof(name)) &&
	    memcmp(header.data + 14, "00000000", 8))
		lose(reading, &(struct newc_entry){ .name = name, .offset = at + reader->gone },
		     "this name ends an archive");
}

/* All entries of one run of cpio bytes; reader->offset says where it ended. */
static void read_entries(struct reading *reading, struct newc_reader *reader,
			 enum compress_kind kind)
{
	struct archive *archive = reading->archive;
	size_t before = 0;
	struct newc_entry newc;
	enum newc_result result;

	reader->archive = reading->trailers;
	do {
		find_named_trailer(reading, reader);
		result = newc_next(reader, &newc);
		archive_passed(archive, &reading->since, reader->offset - before);
		before = reader->offset;
		if (result == NEWC_ENTRY) {
			add_entry(reading, &newc);
		} else if (result == NEWC_FAULT && newc_pass_over(reader)) {
			lose(reading, &newc, reader->fault);
			result = NEWC_ENTRY;
		}
	} while (result == NEWC_ENTRY);
	archive->is_open = archive->count &&
			   archive->entries[archive->count - 1].newc.archive == reader->archive;
	reading->trailers = reader->archive;
	if (result == NEWC_FAULT)
		stop(reading, kind, reader->fault_offset, reader->fault);
	else if (result == NEWC_OTHER && kind != COMPRESS_NONE)
		stop(reading, kind, reader->offset + reader->gone, "junk after its entries");
}

/* What is unpacked, on its way to where it is kept. */
struct passing {
	struct reading *reading;
	struct sink to;
};

static int pass_on(void *context, const void *data, size_t len)
{
	struct passing *passing = context;

	archive_passed(passing->reading->archive, &passing->reading->since, len);
	return passing->to.write(passing->to.context, data, len);
}

/* What is unpacked, for `reader`: all, or without the files' bytes. NULL, or why not. */
static const char *unpack(struct reading *reading, struct span rest,
			  struct archive_segment *segment, struct newc_reader *reader)
{
	bool names_only = reading->rules->names_only;
	struct newc_sieve sieve = { .kept = &segment->names };
	struct sink all = { collect, &segment->data }, names = { newc_sieve_write, &sieve };
	struct passing passing = { .reading = reading, .to = names_only ? names : all };
	const char *why = decompress(rest, segment->scope, (struct sink){ pass_on, &passing },
				     limit_left(), &segment->packed);

	collect_end(&segment->data);
	segment->gaps = sieve.gaps;
	segment->unpacked = names_only ? (size_t)sieve.total : segment->data.len;
	reader->span = names_only ? buffer_span(&segment->names) : segment->data.bytes;
	reader->gaps = sieve.gaps;
	reader->gap_count = sieve.gap_count;
	return why;
}

/* The unpacked size in the headers of all frames from here on. */
static uint64_t promised(struct reading *reading, struct span rest)
{
	struct compress_promise promise = { .size = 0 };
	size_t left = rest.len;

	for (; compress_promised(&rest, &promise); left = rest.len)
		archive_passed(reading->archive, &reading->since, left - rest.len);
	return promise.size;
}

static void read_compressed(struct reading *reading, struct span rest, enum compress_kind kind)
{
	const struct archive_rules *rules = reading->rules;
	struct archive *archive = reading->archive;
	bool is_first = !archive->segment_count || last_segment(archive)->kind == COMPRESS_NONE;
	struct archive_segment *segment = archive_add_segment(archive, kind, reading->offset);
	struct newc_reader reader = { .offset = 0 };
	const char *why = NULL;

	/* The kernel ends each frame where an entry ends; but of lz4 it accepts all as one. */
	if (rules->policy == ARCHIVE_AS_THE_KERNEL && kind != COMPRESS_LZ4)
		segment->scope = DECOMPRESS_FRAME;
	else
		segment->scope = DECOMPRESS_ALL;
	if (rules->accepts && !rules->accepts(rules->context, rest, kind, reading->offset)) {
		archive->is_damaged = true;
		return;
	}
	if (is_first && promised(reading, rest) > limit_left())
		why = decompress_over_limit;
	if (!why)
		why = unpack(reading, rest, segment, &reader);
	if (why) {
		stop(reading, kind, ARCHIVE_NOWHERE, why);
		return;
	}
	limit_count(segment->unpacked, archive->name);
	read_entries(reading, &reader, kind);
	reading->offset += segment->packed;
}

static void read_raw(struct reading *reading, struct span rest)
{
	struct archive *archive = reading->archive;
	struct archive_segment *segment =
		archive_add_segment(archive, COMPRESS_NONE, reading->offset);
	struct newc_reader reader = { .span = rest };

	if (reading->offset % 4) {
		stop(reading, COMPRESS_NONE, 0,
		     "an archive at an offset that is not a multiple of 4");
		return;
	}
	read_entries(reading, &reader, COMPRESS_NONE);
	if (archive->is_damaged)
		return;
	segment->packed = segment->unpacked = reader.offset;
	if (reader.offset > limit_left())
		stop(reading, COMPRESS_NONE, ARCHIVE_NOWHERE, decompress_over_limit);
	else
		limit_count(reader.offset, archive->name);
	reading->offset += reader.offset;
}

static void read_segment(struct reading *reading)
{
	struct span rest = { reading->whole.data + reading->offset,
			     reading->whole.len - reading->offset };
	enum compress_kind kind = compress_detect(rest);

	if (!rest.data[0])
		reading->offset++;
	else if (rest.data[0] == '0')
		read_raw(reading, rest);
	else if (kind != COMPRESS_NONE)
		read_compressed(reading, rest, kind);
	else if (rest.len >= 4 && !memcmp(rest.data, lz4_frame, 4))
		stop(reading, COMPRESS_LZ4, ARCHIVE_NOWHERE,
		     "the frame format, but the kernel reads only the legacy one (use lz4 -l)");
	else
		stop(reading, COMPRESS_NONE, ARCHIVE_NOWHERE,
		     "neither a newc archive nor a known compression");
}

struct archive *archive_read(const char *name, struct mapped_file *file,
			     const struct archive_rules *rules)
{
	struct archive *archive = xcalloc(1, sizeof(*archive));
	struct reading reading = { .archive = archive, .rules = rules };

	archive->name = xstrdup(name);
	archive->mapped = *file;
	archive->file = file->bytes;
	*file = (struct mapped_file){ .mapped = 0 };
	reading.whole = bootconfig_cut(archive->file, &archive->bootconfig);
	while (reading.offset < reading.whole.len && !archive->is_damaged)
		read_segment(&reading);
	if (!archive->segment_count && !archive->is_damaged)
		stop(&reading, COMPRESS_NONE, ARCHIVE_NOWHERE,
		     reading.whole.len ? "nothing but zero bytes" : "an empty file");
	return archive;
}
