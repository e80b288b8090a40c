// SPDX-License-Identifier: MIT
/* listing.c - an archive as a recipe. */
#include "tools/lib/cpio/listing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/base/words.h"

struct listing {
	const struct archive *archive;
	const struct listing_style *style;
	FILE *out;
	bool *done; /* entries printed as a hard link of another */
	uint32_t mtime; /* the time of the last mtime line, 0 before the first */
	struct buffer line;
};

static void word(struct listing *listing, const char *text)
{
	if (listing->line.len)
		buffer_text(&listing->line, " ");
	words_quote(&listing->line, text);
}

static void owner(struct listing *listing, const struct newc_fields *fields)
{
	buffer_printf(&listing->line, " 0%03o %u %u", fields->mode & 07777, fields->uid,
		      fields->gid);
}

static void put_file(struct listing *listing, size_t index, const char *location)
{
	const struct archive *archive = listing->archive;
	const struct archive_entry *entry = &archive->entries[index];

	word(listing, location);
	owner(listing, &entry->newc.fields);
	for (size_t i = entry->next_name; i; i = archive->entries[i].next_name) {
		word(listing, archive->entries[i].path);
		listing->done[i] = true;
	}
}

static void put_slink(struct listing *listing, const struct archive_entry *entry)
{
	const struct span text = entry->newc.data;
	char *target = xstrndup((const char *)text.data, text.len); /* gen_init_cpio adds a NUL */

	word(listing, target);
	free(target);
	owner(listing, &entry->newc.fields);
}

static void put_node(struct listing *listing, const struct newc_fields *fields)
{
	owner(listing, fields);
	if (S_ISCHR(fields->mode) || S_ISBLK(fields->mode))
		buffer_printf(&listing->line, " %c %u %u", S_ISCHR(fields->mode) ? 'c' : 'b',
			      fields->rdev_major, fields->rdev_minor);
}

static const char *verb_for(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "dir";
	case S_IFLNK:
		return "slink";
	case S_IFCHR:
	case S_IFBLK:
		return "nod";
	case S_IFIFO:
		return "pipe";
	case S_IFSOCK:
		return "sock";
	default:
		return NULL;
	}
}

static void print_details(const struct listing *listing, const struct archive_entry *entry)
{
	const struct newc_fields *fields = &entry->newc.fields;

	if (listing->style->verbose)
		fprintf(listing->out, "# at %zu, inode %u, %u links, %zu bytes\n",
			entry->newc.offset, fields->ino, fields->nlink,
			archive_data(listing->archive, entry).len);
	if (fields->mtime != listing->mtime)
		fprintf(listing->out, "mtime %u\n", fields->mtime);
}

static int print_entry(struct listing *listing, size_t index)
{
	const struct listing_style *style = listing->style;
	const struct archive_entry *entry = &listing->archive->entries[index];
	const struct newc_fields *fields = &entry->newc.fields;
	const char *verb = verb_for(fields->mode);
	char *location = NULL;

	if (!verb)
		return error("%s: %s: mode 0%o is not that of any kind of file",
			     shown(listing->archive->name), shown(entry->path), fields->mode);
	if (S_ISREG(fields->mode)) {
		location = style->locate(listing->archive, index, style->context);
		if (!location)
			return 0;
	}
	print_details(listing, entry);
	listing->mtime = fields->mtime;
	listing->line.len = 0;
	word(listing, verb);
	word(listing, entry->path);
	if (location)
		put_file(listing, index, location);
	else if (S_ISLNK(fields->mode))
		put_slink(listing, entry);
	else
		put_node(listing, fields);
	fprintf(listing->out, "%s\n", listing->line.data);
	free(location);
	return 0;
}

/* What the kernel searches before it unpacks: microcode and tables of ACPI; and what dracut adds to
 * them. */
static bool is_early_path(const char *path)
{
	return !strcmp(path, "/") || !strcmp(path, "/kernel") || !strncmp(path, "/kernel/", 8) ||
	       !strcmp(path, "/early_cpio");
}

/* The entries of archives in front that have nothing in them but what is read early. */
static size_t count_by_path(const struct archive *archive)
{
	const struct archive_entry *entries = archive->entries;
	size_t count = 0;

	while (count < archive->count && is_early_path(entries[count].path))
		count++;
	while (count && count < archive->count &&
	       entries[count - 1].newc.archive == entries[count].newc.archive)
		count--;
	return count;
}

/* How many entries stand in front: all before the first segment that is compressed, where there is
 * one. */
static size_t count_early(const struct archive *archive)
{
	size_t segment = 0, count = 0;

	while (segment < archive->segment_count && !strcmp(archive->segments[segment].kind, "raw"))
		segment++;
	if (segment == archive->segment_count)
		return count_by_path(archive);
	while (count < archive->count && archive->entries[count].segment < segment)
		count++;
	return count;
}

static void print_segment(const struct listing *listing, size_t index)
{
	const struct archive_segment *segment = &listing->archive->segments[index];

	fprintf(listing->out, "# segment %zu: %s at %zu, %zu bytes", index + 1, segment->kind,
		segment->offset, segment->packed);
	if (segment->data.data)
		fprintf(listing->out, ", %zu unpacked", segment->unpacked);
	fputs("\n", listing->out);
}

static int print_all(struct listing *listing)
{
	const struct archive *archive = listing->archive;
	size_t segment = 0, early = listing->style->segments ? count_early(archive) : 0;

	for (size_t i = 0; i < archive->count; i++) {
		while (listing->style->segments && segment <= archive->entries[i].segment)
			print_segment(listing, segment++);
		if (early && (!i || i == early))
			fprintf(listing->out, "segment %s\n", i ? "main" : "early");
		if (!listing->done[i] && print_entry(listing, i) < 0)
			return -1;
	}
	while (listing->style->segments && segment < archive->segment_count)
		print_segment(listing, segment++);
	if (archive->bootconfig.data)
		fprintf(listing->out, "# boot configuration: %zu bytes\n", archive->bootconfig.len);
	return 0;
}

int listing_print(const struct archive *archive, const struct listing_style *style, FILE *out)
{
	struct listing listing = { .archive = archive, .style = style, .out = out };
	int result;

	listing.done = xcalloc(archive->count + 1, sizeof(*listing.done));
	result = print_all(&listing);
	free(listing.done);
	buffer_free(&listing.line);
	return result;
}
