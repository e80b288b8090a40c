// SPDX-License-Identifier: MIT
/* archive.c - an image file read back: its segments unpacked, its entries in a row. */
#include "tools/lib/cpio/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cpio/kernel_tree.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/cpio/newc_sieve.h"
#include "tools/lib/compress/compress.h"
#include "tools/lib/cpio/bootconfig.h"

#define FORGET_BYTES ((size_t)8 << 20) /* that are passed before memory is given back */
#define PASSED_SHOWN 20 /* entries that are reported one by one */

void archive_add_entry(struct archive *archive, const struct newc_entry *newc, char *path)
{
	if (!(archive->count & (archive->count - 1)))
		archive->entries =
			xreallocarray(archive->entries, archive->count ? 2 * archive->count : 1,
				      sizeof(*archive->entries));
	archive->entries[archive->count] =
		(struct archive_entry){ .newc = *newc,
					.segment = archive->segment_count - 1,
					.path = path,
					.way = path_goes_up(path) ? xstrdup(path) : NULL,
					.data_of = archive->count };
	archive->ways += path_goes_up(path);
	archive->count++;
}

/* The kernel does so without a word. */
static void pass_over(struct archive *archive, const struct newc_entry *newc, const char *why)
{
	if (archive->passed_over++ < PASSED_SHOWN)
		warning("%s: the entry%s%s at offset %zu is skipped, as the kernel does: %s",
			shown(archive->name), newc->name && *newc->name ? " " : "",
			newc->name && *newc->name ? shown(newc->name) : "", newc->offset, why);
}

static int add_entry(struct archive *archive, const struct newc_entry *newc)
{
	const char *fault;
	char *path = path_of_entry(newc->name, &fault);

	if (!path && (fault == path_is_empty || fault == path_name_is_long)) {
		pass_over(archive, newc, fault);
		return 0;
	}
	if (!path)
		return error("%s: entry at offset %zu: %s: %s", shown(archive->name), newc->offset,
			     shown(newc->name), fault);
	archive_add_entry(archive, newc, path);
	return 0;
}

void archive_passed(const struct archive *archive, size_t *since, size_t bytes)
{
	*since += bytes;
	if (*since < FORGET_BYTES)
		return;
	mapped_file_forget(&archive->mapped);
	*since = 0;
}

/* All entries of one run of cpio bytes; *used says where it ended. */
static int read_entries(struct archive *archive, struct newc_reader reader, const char *kind,
			size_t *used)
{
	struct newc_entry newc;
	enum newc_result result;
	size_t since = 0, before = 0;

	if (archive->count) /* hard links do not cross segments either */
		reader.archive = archive->entries[archive->count - 1].newc.archive + 1;
	do {
		result = newc_next(&reader, &newc);
		if (result == NEWC_ENTRY && add_entry(archive, &newc) < 0)
			return -1;
		archive_passed(archive, &since, reader.offset - before);
		before = reader.offset;
		if (result == NEWC_FAULT && newc_pass_over(&reader)) {
			pass_over(archive, &newc, reader.fault);
			result = NEWC_ENTRY;
		}
	} while (result == NEWC_ENTRY);
	*used = reader.offset + reader.gone;
	archive->is_open = archive->count &&
			   archive->entries[archive->count - 1].newc.archive == reader.archive;
	if (result == NEWC_FAULT)
		return error("%s: %s, at offset %zu of the %s segment at %zu", shown(archive->name),
			     reader.fault, reader.fault_offset, kind,
			     archive->segments[archive->segment_count - 1].offset);
	return result == NEWC_OTHER;
}

struct archive_segment *archive_add_segment(struct archive *archive, const char *kind,
					    size_t offset)
{
	if (!(archive->segment_count & (archive->segment_count - 1)))
		archive->segments = xreallocarray(
			archive->segments, archive->segment_count ? 2 * archive->segment_count : 1,
			sizeof(*archive->segments));
	archive->segments[archive->segment_count] =
		(struct archive_segment){ .kind = kind, .offset = offset };
	return &archive->segments[archive->segment_count++];
}

struct sifting {
	const struct archive *archive;
	struct newc_sieve sieve;
	size_t since;
};

static int sift(void *context, const void *data, size_t len)
{
	struct sifting *sifting = context;

	archive_passed(sifting->archive, &sifting->since, len);
	return newc_sieve_write(&sifting->sieve, data, len);
}

/* Into segment->data, which `reader` is to read: all, or without the files' bytes. */
static int unpack(const struct archive *archive, struct archive_segment *segment, struct span rest,
		  struct newc_reader *reader)
{
	struct sifting sifting = { .archive = archive, .sieve.kept = &segment->data };
	const struct newc_sieve *sieve = &sifting.sieve;
	struct sink all = sink_to(&segment->data), names = { sift, &sifting };
	int result = decompress_into(segment->kind, rest, archive->names_only ? names : all,
				     limit_left(), &segment->packed, archive->name);

	segment->gaps = sieve->gaps;
	segment->unpacked = archive->names_only ? (size_t)sieve->total : segment->data.len;
	reader->span = (struct span){ (const uint8_t *)segment->data.data, segment->data.len };
	reader->gaps = sieve->gaps;
	reader->gap_count = sieve->gap_count;
	return result;
}

/* The unpacked size in the headers of all frames from here on. */
static uint64_t promised(const struct archive *archive, struct span rest)
{
	size_t since = 0, left = rest.len;
	uint64_t sum = 0;

	for (; compress_promised(&rest, &sum); left = rest.len)
		archive_passed(archive, &since, left - rest.len);
	return sum;
}

static int read_compressed(struct archive *archive, struct span rest, size_t *offset,
			   const char *kind)
{
	bool is_first = !archive->segment_count ||
			!strcmp(archive->segments[archive->segment_count - 1].kind, "raw");
	struct archive_segment *segment = archive_add_segment(archive, kind, *offset);
	struct newc_reader reader = { .offset = 0 };
	size_t used;
	int result;

	if (is_first && promised(archive, rest) > limit_left())
		return limit_error(archive->name);
	if (unpack(archive, segment, rest, &reader) < 0 ||
	    limit_take(segment->unpacked, archive->name) < 0)
		return -1;
	*offset += segment->packed;
	result = read_entries(archive, reader, kind, &used);
	if (result > 0)
		return error("%s: junk within the %s segment, at %zu of its unpacked bytes",
			     shown(archive->name), kind, used);
	return result;
}

static int read_raw(struct archive *archive, struct span whole, size_t *offset)
{
	struct archive_segment *segment = archive_add_segment(archive, "raw", *offset);
	struct newc_reader reader = { .offset = 0 };
	size_t used;

	if (*offset % 4)
		return error("%s: an archive at offset %zu, which is not a multiple of 4",
			     shown(archive->name), *offset);
	reader.span = span_cut(whole, *offset, whole.len - *offset);
	if (read_entries(archive, reader, "raw", &used) < 0)
		return -1;
	segment->packed = segment->unpacked = used;
	*offset += used;
	if (limit_take(used, archive->name) < 0)
		return -1;
	return 0;
}

static int read_segments(struct archive *archive)
{
	struct span whole = bootconfig_cut(archive->file, &archive->bootconfig);
	size_t offset = 0;
	int result = 0;

	while (!result && offset < whole.len) {
		struct span rest = span_cut(whole, offset, whole.len - offset);
		const char *kind = compress_detect(rest);

		if (!rest.data[0])
			offset++;
		else if (rest.data[0] == '0')
			result = read_raw(archive, whole, &offset);
		else if (kind)
			result = read_compressed(archive, rest, &offset, kind);
		else
			result = error(
				"%s: neither a newc archive nor a known compression, at offset %zu",
				shown(archive->name), offset);
	}
	if (!result && !archive->segment_count)
		return error("%s: %s", shown(archive->name),
			     whole.len ? "nothing but zero bytes" : "is empty");
	return result;
}

static int tell_passed_over(const struct archive *archive)
{
	if (archive->passed_over > PASSED_SHOWN)
		warning("%s: %zu more entries are skipped", shown(archive->name),
			archive->passed_over - PASSED_SHOWN);
	if (archive->passed_over && !archive->count)
		return error("%s: no entry is left", shown(archive->name));
	return 0;
}

int archive_same_file(const struct archive_entry *one, const struct archive_entry *other)
{
	const struct newc_fields *a = &one->newc.fields, *b = &other->newc.fields;

	return one->newc.archive == other->newc.archive && a->nlink > 1 && b->nlink > 1 &&
	       a->ino == b->ino && a->dev_major == b->dev_major && a->dev_minor == b->dev_minor &&
	       (a->mode & S_IFMT) == (b->mode & S_IFMT) && (a->mode & S_IFMT) != S_IFDIR &&
	       (a->mode & S_IFMT) != S_IFLNK;
}

static int by_file(const void *first, const void *second, void *context)
{
	const struct archive *archive = context;
	size_t i = *(const size_t *)first, j = *(const size_t *)second;
	const struct newc_entry *a = &archive->entries[i].newc, *b = &archive->entries[j].newc;
	const uint32_t one[] = { a->archive, a->fields.ino, a->fields.dev_major,
				 a->fields.dev_minor, a->fields.mode & S_IFMT };
	const uint32_t other[] = { b->archive, b->fields.ino, b->fields.dev_major,
				   b->fields.dev_minor, b->fields.mode & S_IFMT };

	for (size_t k = 0; k < sizeof(one) / sizeof(*one); k++)
		if (one[k] != other[k])
			return one[k] < other[k] ? -1 : 1;
	return (i > j) - (i < j);
}

/* The names of one file stand together in `order`; the last one with bytes has the bytes. */
static void link_group(struct archive *archive, const size_t *order, size_t len)
{
	size_t holder = order[0];

	for (size_t i = 0; i < len; i++)
		if (archive->entries[order[i]].newc.data.len)
			holder = order[i];
	for (size_t i = 0; i < len; i++) {
		archive->entries[order[i]].data_of = holder;
		archive->entries[order[i]].next_name = i + 1 < len ? order[i + 1] : 0;
	}
}

/* Most files have one name, and no other is looked for. */
static void find_links(struct archive *archive)
{
	size_t *order = xreallocarray(NULL, archive->count + 1, sizeof(*order)), count = 0;

	for (size_t i = 0; i < archive->count; i++) {
		archive->entries[i].data_of = i;
		archive->entries[i].next_name = 0;
		if (archive->entries[i].newc.fields.nlink > 1)
			order[count++] = i;
	}
	qsort_r(order, count, sizeof(*order), by_file, archive);
	for (size_t i = 0, len; i < count; i += len) {
		len = 1;
		while (i + len < count && archive_same_file(&archive->entries[order[i]],
							    &archive->entries[order[i + len]]))
			len++;
		link_group(archive, order + i, len);
	}
	free(order);
}

/* Paths next to their indexes: the entries themselves are far from one another in memory. */
struct place {
	const char *path;
	size_t index;
};

static int by_path(const void *first, const void *second)
{
	const struct place *one = first, *other = second;
	int order = strcmp(one->path, other->path);

	return order ? order : (one->index > other->index) - (one->index < other->index);
}

static void index_paths(struct archive *archive)
{
	struct place *places = xreallocarray(NULL, archive->count + 1, sizeof(*places));

	for (size_t i = 0; i < archive->count; i++)
		places[i] = (struct place){ archive->entries[i].path, i };
	qsort(places, archive->count, sizeof(*places), by_path);
	free(archive->by_path);
	archive->by_path = xreallocarray(NULL, archive->count + 1, sizeof(*archive->by_path));
	for (size_t i = 0; i < archive->count; i++)
		archive->by_path[i] = places[i].index;
	free(places);
}

static void note_path(void *context, size_t index, const struct kernel_name *name)
{
	struct archive *archive = context;
	struct archive_entry *entry = &archive->entries[index];
	struct buffer path = { NULL, 0, 0 };

	if (!entry->way)
		return;
	kernel_tree_path(name, &path);
	free(entry->path);
	entry->path = path.data;
}

/* Where ".." leads depends on the symlinks that are there by then. */
static void follow_ways(struct archive *archive)
{
	const struct kernel_watch watch = { .made = note_path,
					    .has_default = true,
					    .context = archive };

	kernel_tree_free(kernel_tree_new(archive, &watch));
}

void archive_index(struct archive *archive)
{
	if (archive->ways)
		follow_ways(archive);
	find_links(archive);
	index_paths(archive);
}

const struct archive_entry *archive_find(const struct archive *archive, const char *path)
{
	size_t low = 0, high = archive->count; /* the last one not above path is before `high` */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(archive->entries[archive->by_path[middle]].path, path) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || strcmp(archive->entries[archive->by_path[low - 1]].path, path))
		return NULL;
	return &archive->entries[archive->by_path[low - 1]];
}

struct span archive_data(const struct archive *archive, const struct archive_entry *entry)
{
	return archive->entries[entry->data_of].newc.data;
}

static struct archive *open_archive(const char *path, bool names_only)
{
	struct archive *archive = xcalloc(1, sizeof(*archive));

	archive->names_only = names_only;
	archive->name = xstrdup(path);
	rights_note_path(path);
	if (!mapped_file_open(path, limit_left(), "file", &archive->mapped)) {
		archive->file = archive->mapped.bytes;
		if (!read_segments(archive) && !tell_passed_over(archive)) {
			archive_index(archive);
			return archive;
		}
	}
	archive_close(archive);
	return NULL;
}

struct archive *archive_open(const char *path)
{
	return open_archive(path, false);
}

struct archive *archive_open_names(const char *path)
{
	return open_archive(path, true);
}

/* A piece of what a segment unpacks to. */
struct piece {
	const struct archive *archive;
	struct sink sink;
	uint64_t skip, left; /* bytes before it; and of it */
	bool failed;
	size_t since;
};

static int pass_piece(void *context, const void *data, size_t len)
{
	struct piece *piece = context;
	const char *bytes = data;
	size_t skip = piece->skip < len ? (size_t)piece->skip : len, now = len - skip;

	archive_passed(piece->archive, &piece->since, len);
	piece->skip -= skip;
	now = piece->left < now ? (size_t)piece->left : now;
	piece->left -= now;
	if (now && piece->sink.write(piece->sink.context, bytes + skip, now) < 0)
		piece->failed = true;
	return piece->failed || !piece->left ? -1 : 0;
}

int archive_copy(const struct archive *archive, const struct archive_entry *entry, struct sink sink)
{
	const struct archive_entry *holder = &archive->entries[entry->data_of];
	const struct archive_segment *segment = &archive->segments[holder->segment];
	struct span data = holder->newc.data, packed;
	struct piece piece = { .archive = archive,
			       .sink = sink,
			       .skip = newc_data_offset(&holder->newc),
			       .left = data.len };
	size_t used;

	if (data.data || !data.len)
		return sink.write(sink.context, data.data, data.len);
	packed = span_cut(archive->file, segment->offset, segment->packed);
	if (decompress_into(segment->kind, packed, (struct sink){ pass_piece, &piece },
			    segment->unpacked, &used, archive->name) < 0 &&
	    piece.left)
		return -1;
	return piece.failed ? -1 : 0;
}

void archive_close(struct archive *archive)
{
	if (!archive)
		return;
	for (size_t i = 0; i < archive->count; i++) {
		free(archive->entries[i].path);
		free(archive->entries[i].way);
	}
	for (size_t i = 0; i < archive->segment_count; i++) {
		buffer_free(&archive->segments[i].data);
		free(archive->segments[i].gaps);
	}
	free(archive->entries);
	free(archive->by_path);
	free(archive->segments);
	mapped_file_close(&archive->mapped);
	free(archive->name);
	free(archive);
}
