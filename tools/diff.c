// SPDX-License-Identifier: MIT
/* diff.c - rdinit diff: the differences between the trees that the kernel would unpack from two
 * images. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/commands.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/file_kind.h"
#include "tools/lib/base/mem.h"

#define STATUS_SAME 0
#define STATUS_DIFFERENT 1
#define STATUS_TROUBLE 2

struct diff {
	bool times; /* are compared, too */
};

static const struct option_row rows[] = {
	{ 0, "times", NULL, "compare modification times, too", FLAG_AT(diff, times) },
};

static void say(struct buffer *words, const char *text)
{
	buffer_printf(words, "%s%s", words->len ? ", " : "", text);
}

static void compare_text(struct buffer *words, struct span a, struct span b)
{
	char *from = xstrndup((const char *)a.data, a.len);
	char *to = xstrndup((const char *)b.data, b.len);

	if (strcmp(from, to)) {
		say(words, "target ");
		buffer_printf(words, "%s -> %s", shown(from), shown(to));
	}
	free(from);
	free(to);
}

static void compare_fields(struct buffer *words, const struct newc_fields *a,
			   const struct newc_fields *b, bool times)
{
	uint32_t kind = a->mode & S_IFMT;

	if ((a->mode ^ b->mode) & 07777) {
		say(words, "");
		buffer_printf(words, "mode 0%03o -> 0%03o", a->mode & 07777, b->mode & 07777);
	}
	if (a->uid != b->uid || a->gid != b->gid) {
		say(words, "");
		buffer_printf(words, "owner %u:%u -> %u:%u", a->uid, a->gid, b->uid, b->gid);
	}
	if ((kind == S_IFCHR || kind == S_IFBLK) &&
	    (a->rdev_major != b->rdev_major || a->rdev_minor != b->rdev_minor)) {
		say(words, "");
		buffer_printf(words, "device %u:%u -> %u:%u", a->rdev_major, a->rdev_minor,
			      b->rdev_major, b->rdev_minor);
	}
	if (times && a->mtime != b->mtime) {
		say(words, "");
		buffer_printf(words, "time %u -> %u", a->mtime, b->mtime);
	}
}

struct side {
	const struct archive *archive;
	size_t at; /* in by_path */
	size_t since; /* archive_passed() */
};

static bool same_bytes(struct side *a, struct span one, struct side *b, struct span other)
{
	while (one.len) {
		struct span piece = archive_piece(a->archive, &a->since, &one);

		if (memcmp(piece.data, archive_piece(b->archive, &b->since, &other).data,
			   piece.len))
			return false;
	}
	return true;
}

static void compare_bytes(struct buffer *words, struct side *a, struct span one, struct side *b,
			  struct span other)
{
	if (one.len != other.len) {
		say(words, "");
		buffer_printf(words, "%zu -> %zu bytes", one.len, other.len);
	} else if (!same_bytes(a, one, b, other)) {
		say(words, "other contents");
	}
}

/* The entry that the kernel keeps at the next path, or NULL after the last one. */
static const struct archive_entry *peek(struct side *side)
{
	const struct archive *archive = side->archive;

	while (side->at < archive->count) {
		const struct archive_entry *entry = &archive->entries[archive->by_path[side->at]];

		if (archive_find(archive, entry->path) == entry)
			return entry;
		side->at++;
	}
	return NULL;
}

static int print_single(char sign, const struct side *side, const struct archive_entry *entry)
{
	uint32_t mode = entry->newc.fields.mode;

	printf("%c %s: %s", sign, shown(entry->path), file_kind(mode).title);
	if (S_ISREG(mode))
		printf(", %zu bytes", archive_data(side->archive, entry).len);
	puts("");
	return 1;
}

static int print_pair(struct side *a, const struct archive_entry *one, struct side *b,
		      const struct archive_entry *other, bool times)
{
	const struct newc_fields *from = &one->newc.fields, *to = &other->newc.fields;
	struct span old = archive_data(a->archive, one), new = archive_data(b->archive, other);
	struct buffer words = { 0 };
	int differs;

	if ((from->mode ^ to->mode) & S_IFMT) {
		buffer_printf(&words, "%s -> %s", file_kind(from->mode).title,
			      file_kind(to->mode).title);
	} else {
		compare_fields(&words, from, to, times);
		if (S_ISLNK(from->mode))
			compare_text(&words, old, new);
		else
			compare_bytes(&words, a, old, b, new);
	}
	differs = words.len > 0;
	if (differs)
		printf("~ %s: %s\n", shown(one->path), words.data);
	buffer_free(&words);
	return differs;
}

static int compare(const struct archive *first, const struct archive *second, bool times)
{
	struct side a = { .archive = first }, b = { .archive = second };
	const struct archive_entry *one, *other;
	int differs = 0;

	for (;;) {
		one = peek(&a);
		other = peek(&b);
		if (!one && !other)
			return differs ? STATUS_DIFFERENT : STATUS_SAME;
		if (!other || (one && strcmp(one->path, other->path) < 0)) {
			differs |= print_single('-', &a, one);
			a.at++;
		} else if (!one || strcmp(one->path, other->path) > 0) {
			differs |= print_single('+', &b, other);
			b.at++;
		} else {
			differs |= print_pair(&a, one, &b, other, times);
			a.at++;
			b.at++;
		}
	}
}

static int diff(const char *first, const char *second, bool times)
{
	struct archive *a = archive_open(first), *b = archive_open(second);
	int status = a && b ? compare(a, b, times) : STATUS_TROUBLE;

	archive_close(a);
	archive_close(b);
	return status;
}

static int run(int argc, char **argv)
{
	struct diff options = { .times = false };
	int status = options_parse(&command_diff, &argc, argv, &options);

	if (status != OPTIONS_PARSED)
		return status;
	return diff(argv[1], argv[2], options.times);
}

const struct command command_diff = {
	.name = "diff",
	.summary = "show what differs between two images",
	.usage = "[--times] A B",
	.text = "Prints what differs between the trees of the images A and B: + only in B, - "
		"only in A,\n"
		"~ in both. Exit status 0: nothing differs, 1: something does, 2: an error.\n",
	OPTION_ROWS(rows),
	.expected = "A and B",
	.least = 2,
	.most = 2,
	.run = run,
};
