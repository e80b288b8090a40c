// SPDX-License-Identifier: MIT
/* listing_more.c - an archive as `ls -l` shows files, and as JSON. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/lib/cpio/listing.h"
#include "tools/lib/cpio/listing_json.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/json_print.h"

static char letter_of(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return '-';
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return 's';
	default:
		return '?';
	}
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

	text[0] = letter_of(mode);
	for (int i = 0; i < 9; i++)
		text[i + 1] = mode & (0400u >> i) ? bits[i] : '-';
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (mode & special[i].bit)
			text[special[i].at] =
				text[special[i].at] == 'x' ? special[i].with : special[i].without;
	text[10] = '\0';
}

static int is_device(uint32_t mode)
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

static const char *kind_word(uint32_t mode)
{
	switch (letter_of(mode)) {
	case '-':
		return "file";
	case 'd':
		return "directory";
	case 'l':
		return "symlink";
	case 'c':
		return "character";
	case 'b':
		return "block";
	case 'p':
		return "fifo";
	case 's':
		return "socket";
	default:
		return "unknown";
	}
}

json_t *listing_entry_json(const struct archive *archive, const struct archive_entry *entry)
{
	const struct newc_fields *fields = &entry->newc.fields;
	json_t *object = json_object();
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", fields->mode & 07777);
	listing_set_name(object, "path", entry->path);
	json_object_set_new(object, "type", json_string(kind_word(fields->mode)));
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

static json_t *segment_json(const struct archive_segment *segment)
{
	size_t unpacked = segment->unpacked;

	return json_pack("{s:s, s:I, s:I, s:I}", "kind", segment->kind, "offset",
			 (json_int_t)segment->offset, "size", (json_int_t)segment->packed,
			 "unpacked", (json_int_t)unpacked);
}

int listing_json(const struct archive *archive, FILE *out)
{
	json_t *segments = json_array(), *entries = json_array(), *whole;
	int result;

	for (size_t i = 0; i < archive->segment_count; i++)
		json_array_append_new(segments, segment_json(&archive->segments[i]));
	for (size_t i = 0; i < archive->count; i++)
		json_array_append_new(entries, listing_entry_json(archive, &archive->entries[i]));
	whole = json_pack("{s:o, s:o}", "segments", segments, "entries", entries);
	if (archive->bootconfig.data)
		json_object_set_new(whole, "bootconfig",
				    json_stringn((const char *)archive->bootconfig.data,
						 archive->bootconfig.len));
	result = json_print(whole, out);
	json_decref(whole);
	return result ? error("%s: cannot write JSON", shown(archive->name)) : 0;
}
