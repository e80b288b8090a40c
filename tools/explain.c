// SPDX-License-Identifier: MIT
/* explain.c - rdinit explain: why a file is in an image, what needs it, and its size. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/cpio/listing.h"
#include "tools/lib/check/relations.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/compress/compress.h"

#define SHOWN_MAX 12 /* of those that need it: libc is needed by all */

struct explain {
	const struct archive *archive;
	struct relations relations;
	json_t *manifest; /* or NULL */
};

static int count_bytes(void *context, const void *data, size_t len)
{
	(void)data;
	*(size_t *)context += len;
	return 0;
}

/* The size of the entry alone, compressed as its segment is: bytes that it shares with its
 * neighbours count here, so the image would shrink by slightly less. */
static size_t compressed_size(const struct archive *archive, enum compress_kind kind,
			      struct span data)
{
	size_t size = 0, len = data.len, since = 0;
	struct compress_choice choice;
	struct compressor *compressor;
	const char *why;
	int result = 0;

	if (compress_choose(compress_name(kind), &choice, &why) < 0)
		return len;
	compressor = compressor_new(&choice, data.len, (struct sink){ count_bytes, &size });
	if (!compressor)
		return len;
	while (data.len && !result) {
		struct span piece = archive_piece(archive, &since, &data);

		result = compressor_write(compressor, piece.data, piece.len);
	}
	if (result)
		compressor_free(compressor);
	else
		result = compressor_finish(compressor);
	return result ? len : size;
}

static void print_cost(const struct explain *explain, const struct archive_entry *entry)
{
	const struct archive_segment *segment = &explain->archive->segments[entry->segment];
	struct span data = archive_data(explain->archive, entry);
	size_t size;

	if (!S_ISREG(entry->newc.fields.mode))
		return;
	if (segment->kind == COMPRESS_NONE) {
		printf("  size: %zu bytes, in segment %zu, not compressed\n", data.len,
		       entry->segment + 1);
		return;
	}
	size = compressed_size(explain->archive, segment->kind, data);
	printf("  size: %zu bytes, in segment %zu; %zu bytes alone as %s, %.1f %% of the "
	       "segment\n",
	       data.len, entry->segment + 1, size, compress_name(segment->kind),
	       100.0 * (double)size / (double)(segment->packed ? segment->packed : 1));
}

static void print_source(const struct explain *explain, const char *path)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(explain->manifest, "entries"), i, entry)
	{
		const char *name = json_string_value(json_object_get(entry, "path"));
		const char *why = json_string_value(json_object_get(entry, "why"));
		const char *source = json_string_value(json_object_get(entry, "source"));

		if (!name || strcmp(name, path))
			continue;
		if (why)
			printf("  why: %s\n", shown(why));
		if (source)
			printf("  from: %s\n", shown(source));
	}
}

static const char *path_of(const struct explain *explain, size_t index)
{
	return shown(explain->archive->entries[index].path);
}

enum direction { NEEDED_BY, NEEDS };

static void print_relations(const struct explain *explain, size_t index, enum direction direction)
{
	const struct relations *relations = &explain->relations;
	size_t count, first = (direction == NEEDS ? relations_from : relations_to)(relations, index,
										   &count);

	for (size_t i = first; i < first + count && i < first + SHOWN_MAX; i++) {
		const struct relation *relation =
			&relations->list[direction == NEEDS ? i : relations->by_to[i]];

		if (direction == NEEDS)
			printf("  needs: %s, %s\n", path_of(explain, relation->to), relation->kind);
		else
			printf("  needed by: %s, as %s\n", path_of(explain, relation->from),
			       relation->kind);
	}
	if (count > SHOWN_MAX)
		printf("  %s %zu more\n",
		       direction == NEEDS ? "needs:" : "needed by:", count - SHOWN_MAX);
}

static void print_way(const struct explain *explain, size_t index)
{
	size_t count,
		*way = relations_way(&explain->relations, explain->archive->count, index, &count);

	for (size_t i = 0; i < count && count > 1; i++)
		printf("%s%s", i ? " -> " : "  way: ",
		       path_of(explain, explain->relations.list[way[i]].from));
	if (count > 1)
		printf(" -> %s\n", path_of(explain, index));
	free(way);
}

/* The entry of this path, or where its links lead. NULL after reporting. */
static const struct archive_entry *find_entry(const struct archive *archive, const char *path)
{
	const char *fault, *why = NULL;
	char *clean = path_clean(path, &fault);
	const struct archive_entry *entry = clean ? archive_find(archive, clean) : NULL;

	if (!entry && clean)
		entry = archive_resolve(archive, clean, &why);
	if (!entry)
		error("%s: %s: %s", shown(archive->name), shown(path),
		      !clean ? fault
		      : why  ? why
			     : "no such file in it");
	free(clean);
	return entry;
}

static int explain_path(const struct explain *explain, const char *path)
{
	const struct archive_entry *entry = find_entry(explain->archive, path);
	size_t index;

	if (!entry)
		return -1;
	index = (size_t)(entry - explain->archive->entries);
	listing_long_entry(explain->archive, entry, stdout);
	print_cost(explain, entry);
	print_source(explain, entry->path);
	print_way(explain, index);
	print_relations(explain, index, NEEDED_BY);
	print_relations(explain, index, NEEDS);
	return 0;
}

/* Only one that is of these very bytes counts: the image may be newer. */
static json_t *read_manifest(const struct archive *archive)
{
	char *path = xasprintf("%s.manifest.json", archive->name);
	json_t *manifest = access(path, R_OK) ? NULL : json_load_file(path, 0, NULL);
	json_int_t size = json_integer_value(json_object_get(manifest, "size"));

	if (manifest && size != (json_int_t)archive->file.len) {
		warning("%s: belongs to another image and was not used", shown(path));
		json_decref(manifest);
		manifest = NULL;
	}
	free(path);
	return manifest;
}

static int explain_all(const char *image, char *const *paths)
{
	struct archive *archive = archive_open(image);
	struct explain explain = { .archive = archive };
	int result = 0;

	if (!archive)
		return -1;
	relations_read(archive, &explain.relations);
	explain.manifest = read_manifest(archive);
	for (; *paths; paths++)
		result |= explain_path(&explain, *paths);
	json_decref(explain.manifest);
	relations_free(&explain.relations);
	archive_close(archive);
	return result;
}

static int run(int argc, char **argv)
{
	int status = options_parse(&command_explain, &argc, argv, NULL);

	if (status != OPTIONS_PARSED)
		return status;
	return explain_all(argv[1], argv + 2) < 0 ? 1 : 0;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "show why a file is in an image, and its size",
	.usage = "IMAGE PATH...",
	.text = "Prints what each PATH of IMAGE is, its size, what needs it, what it needs, "
		"and, if the manifest\n"
		"is next to the image (rdinit pack --manifest), which line added it, and its "
		"source.\n",
	.expected = "IMAGE and PATH",
	.least = 2,
	.most = SIZE_MAX,
	.run = run,
};
