// SPDX-License-Identifier: MIT
/* fuzz_archive.c - PROPERTY: whatever opens as an image has its data and names within its bytes. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/check/relations.h"
#include "tools/lib/cpio/treemap.h"
#include "tools/lib/base/limit.h"

#define COPIES 16 /* entries whose bytes are asked for */

static int lies_within(struct span part, const void *all, size_t len)
{
	const uint8_t *bytes = all, *start = part.data;

	return start >= bytes && start <= bytes + len && part.len <= (size_t)(bytes + len - start);
}

static void check_entry(const struct archive *archive, size_t index)
{
	const struct archive_entry *entry = &archive->entries[index], *found;
	struct span data = archive_data(archive, entry);
	const struct archive_segment *segment;

	CHECK(entry->segment < archive->segment_count && entry->data_of < archive->count);
	segment = &archive->segments[archive->entries[entry->data_of].segment];
	if (data.len && S_ISREG(entry->newc.fields.mode) && segment->kind != COMPRESS_NONE)
		CHECK(lies_within(data, segment->data.bytes.data, segment->data.len));
	else if (data.len && S_ISREG(entry->newc.fields.mode))
		CHECK(lies_within(data, archive->file.data, archive->file.len));
	found = archive_find(archive, entry->path);
	CHECK(found && found >= entry && !strcmp(found->path, entry->path));
}

/* What explain and the picture make of it: ways end, and numbers are entries. */
static void check_views(const struct archive *archive)
{
	struct relations relations;
	FILE *null = fopen("/dev/null", "w");

	CHECK(null);
	treemap_write(archive, null);
	fclose(null);
	relations_read(archive, &relations);
	for (size_t i = 0; i < relations.count; i++)
		CHECK(relations.list[i].from < archive->count &&
		      relations.list[i].to < archive->count);
	for (size_t i = 0; i < archive->count && i < 8; i++) {
		size_t count, *way = relations_way(&relations, archive->count, i, &count);

		CHECK(count <= archive->count);
		for (size_t k = 0; k < count; k++)
			CHECK(relations.list[way[k]].to ==
			      (k + 1 < count ? relations.list[way[k + 1]].from : i));
		free(way);
	}
	relations_free(&relations);
}

/* Without the files' bytes everything else is the same, and so are the bytes that are asked for. */
static void check_names(const struct archive *archive, const struct archive *names)
{
	CHECK(!archive == !names);
	CHECK(!archive ||
	      (archive->count == names->count && archive->segment_count == names->segment_count &&
	       archive->is_open == names->is_open));
	for (size_t i = 0; archive && i < archive->count; i++) {
		const struct archive_entry *one = &archive->entries[i], *other = &names->entries[i];
		struct span data = archive_data(archive, one);
		struct buffer copy = { 0 };

		CHECK(!strcmp(one->path, other->path) && one->data_of == other->data_of &&
		      one->newc.offset == other->newc.offset &&
		      one->newc.archive == other->newc.archive &&
		      one->newc.data.len == other->newc.data.len);
		CHECK(i >= COPIES ||
		      (!archive_copy(names, other, sink_to(&copy)) && copy.len == data.len &&
		       (!data.len || !memcmp(copy.data, data.data, data.len))));
		buffer_free(&copy);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	struct archive *archive, *names;
	char path[64];

	CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	limit_begin(); /* each input is a run of its own */
	archive = archive_open(path);
	for (size_t i = 0; archive && i < archive->count; i++)
		check_entry(archive, i);
	if (archive)
		check_views(archive);
	limit_begin();
	names = archive_open_names(path);
	check_names(archive, names);
	archive_close(names);
	archive_close(archive);
	close(fd);
	return 0;
}
