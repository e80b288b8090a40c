// SPDX-License-Identifier: MIT
/* archive.c - an image file read back: its entries by path and by inode, and their bytes. */
#include "tools/lib/cpio/archive.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "init/pure/count.h"
#include "tools/lib/cpio/kernel_tree.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/limit.h"
#include "tools/lib/base/path.h"
#include "tools/lib/base/rights.h"
#include "tools/lib/base/walk.h"

#define FORGET_BYTES ((size_t)8 << 20) /* that are passed before memory is given back */
#define PIECE_BYTES ((size_t)1 << 20)
#define LOST_SHOWN 20 /* entries that are reported one by one */

const char *archive_kind(enum compress_kind kind)
{
	return kind == COMPRESS_NONE ? "raw" : compress_name(kind);
}

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

void archive_passed(const struct archive *archive, size_t *since, size_t bytes)
{
	*since += bytes;
	if (*since < FORGET_BYTES)
		return;
	mapped_file_forget(&archive->mapped);
	for (size_t i = 0; i < archive->segment_count; i++)
		collect_forget(&archive->segments[i].data);
	*since = 0;
}

struct span archive_piece(const struct archive *archive, size_t *since, struct span *rest)
{
	size_t len = rest->len < PIECE_BYTES ? rest->len : PIECE_BYTES;
	struct span piece = { rest->data, len };

	*rest = (struct span){ rest->data + len, rest->len - len };
	archive_passed(archive, since, len);
	return piece;
}

struct archive_segment *archive_add_segment(struct archive *archive, enum compress_kind kind,
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

	for (size_t k = 0; k < COUNT(one); k++)
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

const struct archive_entry *archive_resolve(const struct archive *archive, const char *path,
					    const char **why)
{
	const struct archive_entry *entry;
	struct walk walk;
	int failed = 0;

	walk_start(&walk, path);
	while (!failed && walk_next(&walk)) {
		entry = archive_find(archive, walk.at.data);
		if (entry && S_ISLNK(entry->newc.fields.mode))
			failed = walk_symlink(&walk, (const char *)entry->newc.data.data,
					      entry->newc.data.len);
	}
	entry = failed ? NULL : archive_find(archive, walk.at.data);
	*why = failed ? "too many symbolic links" : "no such file in it";
	walk_end(&walk);
	return entry;
}

struct span archive_data(const struct archive *archive, const struct archive_entry *entry)
{
	return archive->entries[entry->data_of].newc.data;
}

/* Whom the reader tells: the name of the image, and how often it did. */
struct strictness {
	const char *name;
	size_t lost;
};

/* The kernel does so without a message. */
static void warn_of_lost(void *context, const struct newc_entry *newc, const char *why)
{
	struct strictness *strictness = context;

	if (strictness->lost++ < LOST_SHOWN)
		warning("%s: the entry%s%s at offset %zu is skipped, as the kernel does: %s",
			shown(strictness->name), newc->name && *newc->name ? " " : "",
			newc->name && *newc->name ? shown(newc->name) : "", newc->offset, why);
}

static void report_fault(void *context, const struct archive_fault *fault)
{
	const struct strictness *strictness = context;
	const char *name = strictness->name, *kind = archive_kind(fault->kind);

	if (fault->why == decompress_over_limit)
		limit_error(name);
	else if (fault->kind == COMPRESS_LZO)
		error("%s: %s; unpack it with lzop -dc, and read it with -", shown(name),
		      fault->why);
	else if (fault->at != ARCHIVE_NOWHERE)
		error("%s: %s, at offset %zu of the %s segment at %zu", shown(name), fault->why,
		      fault->at, kind, fault->segment);
	else if (fault->kind != COMPRESS_NONE)
		error("%s: %s: %s, in the segment at offset %zu", shown(name), kind, fault->why,
		      fault->segment);
	else
		error("%s: %s, at offset %zu", shown(name), fault->why, fault->segment);
}

static int check_lost(const struct archive *archive)
{
	if (archive->lost > LOST_SHOWN)
		warning("%s: %zu more entries are skipped", shown(archive->name),
			archive->lost - LOST_SHOWN);
	if (archive->lost && !archive->count)
		return error("%s: no entry is left", shown(archive->name));
	return 0;
}

static struct archive *open_archive(const char *path, bool names_only)
{
	struct strictness strictness = { .name = path };
	const struct archive_rules rules = { .policy = ARCHIVE_STRICT,
					     .names_only = names_only,
					     .lost = warn_of_lost,
					     .damaged = report_fault,
					     .context = &strictness };
	struct mapped_file file;
	struct archive *archive;

	rights_note_path(path);
	if (mapped_file_open(path, limit_left(), "file", &file) < 0)
		return NULL;
	archive = archive_read(path, &file, &rules);
	if (!archive->is_damaged && !check_lost(archive)) {
		archive_index(archive);
		return archive;
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
	const char *why;
	size_t used;

	if (data.data || !data.len)
		return sink.write(sink.context, data.data, data.len);
	packed = span_cut(archive->file, segment->offset, segment->packed);
	why = decompress(packed, segment->scope, (struct sink){ pass_piece, &piece },
			 segment->unpacked, &used);
	if (why && why != decompress_stopped)
		return error("%s: %s: %s", shown(archive->name), archive_kind(segment->kind), why);
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
	for (size_t i = archive->segment_count; i--;) {
		collect_free(&archive->segments[i].data);
		buffer_free(&archive->segments[i].names);
		free(archive->segments[i].gaps);
	}
	free(archive->entries);
	free(archive->by_path);
	arena_free(&archive->targets);
	free(archive->segments);
	mapped_file_close(&archive->mapped);
	free(archive->name);
	free(archive);
}
