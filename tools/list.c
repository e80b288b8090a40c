/* list.c - rdinit list: an image as a recipe. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/commands.h"
#include "tools/lib/archive.h"
#include "tools/lib/error.h"
#include "tools/lib/words.h"

struct listing {
	const struct archive *archive;
	char *location;		/* the image's name in `file` lines */
	bool verbose;
	bool *done;		/* entries printed as a hard link of another */
	uint32_t mtime;		/* what the last mtime line said, 0 before */
	struct buffer line;
};

static const char usage[] =
	"usage: rdinit list [-v] IMAGE\n\n"
	"Prints what is in IMAGE (newc; raw, gzip, zstd; any number of segments) as a recipe, from\n"
	"which `rdinit pack` makes it again. IMAGE - is standard input.\n\n"
	"  -v, --verbose  say where each entry is, how large it is, and how it is numbered\n";

static void word(struct listing *listing, const char *text)
{
	if (listing->line.len)
		buffer_text(&listing->line, " ");
	words_quote(&listing->line, text);
}

static void owner(struct listing *listing, const struct newc_fields *fields)
{
	buffer_printf(&listing->line, " 0%03o %u %u", fields->mode & 07777, fields->uid, fields->gid);
}

static void print_file(struct listing *listing, size_t index)
{
	const struct archive *archive = listing->archive;
	const struct archive_entry *entry = &archive->entries[index];
	char *location = xasprintf("cpio:%s:%s", listing->location,
				   archive->entries[entry->data_of].path);

	word(listing, location);
	free(location);
	owner(listing, &entry->newc.fields);
	for (size_t i = index + 1; i < archive->count && entry->newc.fields.nlink > 1; i++) {
		if (!archive_same_file(entry, &archive->entries[i]) || listing->done[i])
			continue;
		word(listing, archive->entries[i].path);
		listing->done[i] = true;
	}
}

static void print_slink(struct listing *listing, const struct archive_entry *entry)
{
	const struct span text = entry->newc.data;
	char *target = xstrndup((const char *)text.data, text.len); /* gen_init_cpio adds a NUL */

	word(listing, target);
	free(target);
	owner(listing, &entry->newc.fields);
}

static void print_node(struct listing *listing, const struct newc_fields *fields)
{
	owner(listing, fields);
	if (S_ISCHR(fields->mode) || S_ISBLK(fields->mode))
		buffer_printf(&listing->line, " %c %u %u", S_ISCHR(fields->mode) ? 'c' : 'b',
			      fields->rdev_major, fields->rdev_minor);
}

static const char *verb_for(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return "file";
	case S_IFDIR: return "dir";
	case S_IFLNK: return "slink";
	case S_IFCHR:
	case S_IFBLK: return "nod";
	case S_IFIFO: return "pipe";
	case S_IFSOCK: return "sock";
	default: return NULL;
	}
}

static void print_details(const struct listing *listing, const struct archive_entry *entry)
{
	const struct newc_fields *fields = &entry->newc.fields;

	if (listing->verbose)
		printf("# at %zu, inode %u, %u links, %zu bytes\n", entry->newc.offset, fields->ino,
		       fields->nlink, archive_data(listing->archive, entry).len);
	if (fields->mtime != listing->mtime && strcmp(entry->path, "/"))
		printf("mtime %u\n", fields->mtime);
}

static int print_entry(struct listing *listing, size_t index)
{
	const struct archive_entry *entry = &listing->archive->entries[index];
	const struct newc_fields *fields = &entry->newc.fields;
	const char *verb = verb_for(fields->mode);

	if (!verb)
		return error("%s: %s: mode 0%o is no kind of file", shown(listing->archive->name),
			     shown(entry->path), fields->mode);
	print_details(listing, entry);
	listing->mtime = fields->mtime;
	listing->line.len = 0;
	word(listing, verb);
	word(listing, entry->path);
	if (S_ISREG(fields->mode))
		print_file(listing, index);
	else if (S_ISLNK(fields->mode))
		print_slink(listing, entry);
	else
		print_node(listing, fields);
	puts(listing->line.data);
	return 0;
}

static void print_segment(const struct archive *archive, size_t index)
{
	const struct archive_segment *segment = &archive->segments[index];

	if (segment->data.data)
		printf("# segment %zu: %s at %zu, %zu bytes, %zu unpacked\n", index + 1, segment->kind,
		       segment->offset, segment->packed, segment->data.len);
	else
		printf("# segment %zu: %s at %zu, %zu bytes\n", index + 1, segment->kind,
		       segment->offset, segment->packed);
}

static int print_all(struct listing *listing)
{
	const struct archive *archive = listing->archive;
	size_t segment = 0;

	for (size_t i = 0; i < archive->count; i++) {
		while (segment <= archive->entries[i].segment)
			print_segment(archive, segment++);
		if (!listing->done[i] && print_entry(listing, i) < 0)
			return -1;
	}
	while (segment < archive->segment_count)
		print_segment(archive, segment++);
	return 0;
}

static int list_image(const char *name, bool verbose)
{
	struct archive *archive = archive_open(name);
	struct listing listing = { .archive = archive, .verbose = verbose };
	int result;

	if (!archive)
		return -1;
	/* An absolute name, so that the recipe means the same wherever it is saved. */
	listing.location = realpath(name, NULL);
	if (!listing.location)
		listing.location = xstrdup(name);
	listing.done = xcalloc(archive->count, sizeof(*listing.done));
	result = print_all(&listing);
	free(listing.done);
	free(listing.location);
	buffer_free(&listing.line);
	archive_free(archive);
	return result;
}

int cmd_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool verbose = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option != 'v')
			return error_usage("list", "unknown option %s", shown(argv[optind - 1]));
		verbose = true;
	}
	if (argc - optind != 1)
		return error_usage("list", "expected one IMAGE, found %d arguments", argc - optind);
	return list_image(argv[optind], verbose) < 0 ? 1 : 0;
}
