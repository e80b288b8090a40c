// SPDX-License-Identifier: MIT
/* listing.c - an archive as a recipe. */
#include "tools/lib/cpio/listing.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/file_kind.h"
#include "tools/lib/base/json_print.h"
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
	const char *verb = file_kind(fields->mode).verb;
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

	while (segment < archive->segment_count && archive->segments[segment].kind == COMPRESS_NONE)
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

	fprintf(listing->out, "# segment %zu: %s at %zu, %zu bytes", index + 1,
		archive_kind(segment->kind), segment->offset, segment->packed);
	if (segment->kind != COMPRESS_NONE)
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

/* "-rwsr-xr-x": an s or t stands where an x would, and is a capital if there is none. */
static void mode_text(uint32_t mode, char text[11])
{
	static const char bits[] = "rwxrwxrwx";
	static const struct {
		uint32_t bit;
		int at;
		char with, without;
	} special[] = { { S_ISUID, 3, 's', 'S' },
			{ S_ISGID, 6, 's', 'S' },
			{ S_ISVTX, 9, 't', 'T' } };

	text[0] = file_kind(mode).letter;
	for (int i = 0; i < 9; i++)
		text[i + 1] = mode & (0400u >> i) ? bits[i] : '-';
	for (size_t i = 0; i < COUNT(special); i++)
		if (mode & special[i].bit)
			text[special[i].at] =
				text[special[i].at] == 'x' ? special[i].with : special[i].without;
	text[10] = '\0';
}

static bool is_device(uint32_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode);
}

static char *target_of(const struct archive_entry *entry)
{
	return xstrndup((const char *)entry->newc.data.data, entry->newc.data.len);
}

void listing_long_entry(const struct archive *archive, const struct archive_entry *entry, FILE *out)
{
	const struct newc_fields *fields = &entry->newc.fields;
	char mode[11], size[32], date[32];
	time_t time = fields->mtime;
	struct tm utc;

	mode_text(fields->mode, mode);
	if (is_device(fields->mode))
		snprintf(size, sizeof(size), "%u, %u", fields->rdev_major, fields->rdev_minor);
	else
		snprintf(size, sizeof(size), "%zu", archive_data(archive, entry).len);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M", gmtime_r(&time, &utc));
	fprintf(out, "%s %3u %5u %5u %10s %s %s", mode, fields->nlink, fields->uid, fields->gid,
		size, date, shown(entry->path));
	if (S_ISLNK(fields->mode)) {
		char *target = target_of(entry);

		fprintf(out, " -> %s", shown(target));
		free(target);
	}
	fputs("\n", out);
}

void listing_long(const struct archive *archive, FILE *out)
{
	for (size_t i = 0; i < archive->count; i++)
		listing_long_entry(archive, &archive->entries[i], out);
}

void listing_set_name(json_t *object, const char *key, const char *name)
{
	json_t *text = json_string(name);
	struct buffer hex = { 0 };
	char *hex_key;

	if (text) {
		json_object_set_new(object, key, text);
		return;
	}
	for (; *name; name++)
		buffer_printf(&hex, "%02x", (uint8_t)*name);
	hex_key = xasprintf("%s_hex", key);
	json_object_set_new(object, key, json_string(""));
	json_object_set_new(object, hex_key, json_string(hex.data));
	free(hex_key);
	buffer_free(&hex);
}

json_t *listing_entry_json(const struct archive *archive, const struct archive_entry *entry)
{
	const struct newc_fields *fields = &entry->newc.fields;
	json_t *object = json_object();
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", fields->mode & 07777);
	listing_set_name(object, "path", entry->path);
	json_object_set_new(object, "type", json_string(file_kind(fields->mode).type));
	json_object_set_new(object, "mode", json_string(mode));
	json_object_set_new(object, "uid", json_integer(fields->uid));
	json_object_set_new(object, "gid", json_integer(fields->gid));
	json_object_set_new(object, "mtime", json_integer(fields->mtime));
	json_object_set_new(object, "links", json_integer(fields->nlink));
	json_object_set_new(object, "inode", json_integer(fields->ino));
	json_object_set_new(object, "segment", json_integer((json_int_t)entry->segment));
	if (S_ISREG(fields->mode))
		json_object_set_new(object, "size",
				    json_integer((json_int_t)archive_data(archive, entry).len));
	if (is_device(fields->mode)) {
		json_object_set_new(object, "major", json_integer(fields->rdev_major));
		json_object_set_new(object, "minor", json_integer(fields->rdev_minor));
	}
	if (S_ISLNK(fields->mode)) {
		char *target = target_of(entry);

		listing_set_name(object, "target", target);
		free(target);
	}
	return object;
}

static json_t *segment_json(const void *context, size_t index)
{
	const struct archive_segment *segment = &((const struct archive *)context)->segments[index];

	return json_pack("{s:s, s:I, s:I, s:I}", "kind", archive_kind(segment->kind), "offset",
			 (json_int_t)segment->offset, "size", (json_int_t)segment->packed,
			 "unpacked", (json_int_t)segment->unpacked);
}

static json_t *entry_json(const void *context, size_t index)
{
	const struct archive *archive = context;

	return listing_entry_json(archive, &archive->entries[index]);
}

static int print_bootconfig(struct span bootconfig, FILE *out)
{
	json_t *text = json_stringn((const char *)bootconfig.data, bootconfig.len);
	int result;

	fputs(",\n \"bootconfig\": ", out);
	result = json_print(text, out);
	json_decref(text);
	return result;
}

int listing_json(const struct archive *archive, FILE *out)
{
	int result;

	fputs("{\n", out);
	result = json_print_list("segments", archive->segment_count, segment_json, archive, out);
	fputs(",\n", out);
	if (!result)
		result = json_print_list("entries", archive->count, entry_json, archive, out);
	if (!result && archive->bootconfig.data)
		result = print_bootconfig(archive->bootconfig, out);
	else
		fputs("\n", out);
	fputs("}\n", out);
	return result ? error("%s: cannot write JSON", shown(archive->name)) : 0;
}
