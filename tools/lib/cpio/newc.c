// SPDX-License-Identifier: MIT
/* newc.c - the cpio format that the kernel unpacks, read by the kernel's rules. */
#include "tools/lib/cpio/newc.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

static enum newc_result fault(struct newc_reader *reader, size_t offset, const char *text)
{
	reader->fault = text;
	reader->fault_offset = offset + reader->gone;
	return NEWC_FAULT;
}

static const char *magic_fault(const uint8_t magic[6])
{
	if (!memcmp(magic, "070701", 6) || !memcmp(magic, "070702", 6))
		return NULL;
	if (!memcmp(magic, "070707", 6))
		return "an old portable cpio archive (070707), not a newc one";
	return "no cpio magic (070701 or 070702)";
}

static enum newc_result read_header(struct newc_reader *reader, struct newc_entry *entry)
{
	struct span header = span_cut(reader->span, reader->offset, NEWC_HEADER);
	const char *text;
	size_t bad;

	if (!header.data)
		return fault(reader, reader->offset, "truncated in the header of an entry");
	text = magic_fault(header.data);
	if (text)
		return fault(reader, reader->offset, text);
	bad = newc_fields_read(header.data, &entry->fields);
	if (bad)
		return fault(reader, reader->offset + bad,
			     "a field of the header is not 8 hex digits");
	entry->offset = reader->offset;
	entry->archive = reader->archive;
	return NEWC_ENTRY;
}

static bool read_name(struct newc_reader *reader, struct newc_entry *entry)
{
	size_t offset = entry->offset + NEWC_HEADER, len = entry->fields.namesize;
	struct span name = span_cut(reader->span, offset, len);

	if (!len || len > PATH_MAX)
		fault(reader, offset - 16, "a name must have 1 to 4096 bytes with its NUL");
	else if (!name.data)
		fault(reader, offset, "truncated in the name of an entry");
	else if (name.data[len - 1])
		fault(reader, offset + len - 1, "a name without its NUL at the end");
	else
		entry->name = (const char *)name.data;
	return entry->name;
}

/* In the span, or in the next gap; false where they are not all there. */
static bool find_data(struct newc_reader *reader, struct newc_entry *entry, size_t offset)
{
	size_t size = entry->fields.size;

	if (reader->gap_next == reader->gap_count || reader->gaps[reader->gap_next].at != offset) {
		entry->data = span_cut(reader->span, offset, size);
		return entry->data.data;
	}
	entry->data = (struct span){ NULL, size };
	return reader->gaps[reader->gap_next].len >= size;
}

static bool read_data(struct newc_reader *reader, struct newc_entry *entry)
{
	size_t offset = entry->offset + NEWC_HEADER + entry->fields.namesize, end;
	size_t size = entry->fields.size;
	uint32_t kind = entry->fields.mode & S_IFMT;

	offset += newc_padding(offset - entry->offset);
	if (!find_data(reader, entry, offset)) {
		fault(reader, offset, "truncated in the data of an entry");
		return false;
	}
	if (size && kind != S_IFREG && kind != S_IFLNK) {
		fault(reader, entry->offset,
		      "an entry that is neither a file nor a symlink has data");
		return false;
	}
	if (kind == S_IFLNK && (size > PATH_MAX || !size)) {
		fault(reader, entry->offset, "a symlink's target must have 1 to 4096 bytes");
		return false;
	}
	/* The last entry's padding may be missing: the kernel stops there without a word. */
	end = offset + (entry->data.data ? size + newc_padding(size) : 0);
	reader->offset = end < reader->span.len ? end : reader->span.len;
	return true;
}

/* Only files with data are summed by the kernel. */
static bool sum_is_right(const struct newc_reader *reader, const struct newc_entry *entry)
{
	const uint8_t *magic = reader->span.data + entry->offset;
	uint32_t sum = 0;

	if (magic[5] != '2' || (entry->fields.mode & S_IFMT) != S_IFREG || !entry->fields.size)
		return true;
	for (size_t i = 0; i < entry->data.len; i++)
		sum += entry->data.data[i];
	return sum == entry->fields.check;
}

/* The kernel's checks before it looks at a name: if that is too long, or the kind of file has no
 * such data, it steps to the next header. It cannot make a symlink to nothing. */
static bool is_passed_over(const struct newc_fields *fields)
{
	uint32_t kind = fields->mode & S_IFMT;

	if (!fields->namesize || fields->namesize > PATH_MAX)
		return true;
	if (kind == S_IFLNK)
		return !fields->size || fields->size > PATH_MAX;
	return kind != S_IFREG && fields->size;
}

static size_t find_beyond(const struct newc_reader *reader, const struct newc_entry *entry)
{
	uint64_t end = NEWC_HEADER + (uint64_t)entry->fields.namesize;

	if (!is_passed_over(&entry->fields))
		return 0;
	end += newc_padding(end);
	end += entry->offset + (uint64_t)entry->fields.size;
	if (end > reader->span.len)
		return 0;
	end += newc_padding(end);
	return end < reader->span.len ? (size_t)end : reader->span.len;
}

bool newc_pass_over(struct newc_reader *reader)
{
	if (!reader->beyond)
		return false;
	reader->offset = reader->beyond;
	return true;
}

static void skip_zeros(struct newc_reader *reader)
{
	while (reader->offset < reader->span.len && !reader->span.data[reader->offset])
		reader->offset++;
}

static enum newc_result next(struct newc_reader *reader, struct newc_entry *entry)
{
	enum newc_result result;

	*entry = (struct newc_entry){ 0 };
	reader->beyond = 0;
	skip_zeros(reader);
	if (reader->offset == reader->span.len)
		return NEWC_END;
	if (reader->span.data[reader->offset] != '0')
		return NEWC_OTHER;
	if (reader->offset % 4)
		return fault(reader, reader->offset,
			     "an entry begins at an offset that is not a multiple of 4");
	result = read_header(reader, entry);
	if (result != NEWC_ENTRY)
		return result;
	reader->beyond = find_beyond(reader, entry);
	if (!read_name(reader, entry) || !read_data(reader, entry))
		return NEWC_FAULT;
	if (!sum_is_right(reader, entry))
		return fault(reader, entry->offset, "the checksum of the data is wrong");
	return NEWC_ENTRY;
}

enum newc_result newc_next(struct newc_reader *reader, struct newc_entry *entry)
{
	for (;;) {
		enum newc_result result = next(reader, entry);

		entry->offset += reader->gone;
		if (result == NEWC_ENTRY && !entry->data.data && entry->data.len)
			reader->gone += reader->gaps[reader->gap_next++].len;
		if (result != NEWC_ENTRY || strcmp(entry->name, NEWC_TRAILER))
			return result;
		reader->archive++;
	}
}

size_t newc_data_offset(const struct newc_entry *entry)
{
	size_t end = NEWC_HEADER + (size_t)entry->fields.namesize;

	return entry->offset + end + newc_padding(end);
}
