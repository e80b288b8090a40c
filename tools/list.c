// SPDX-License-Identifier: MIT
/* list.c - rdinit list: an image as a recipe. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/lib/base/bad_option.h"
#include "tools/lib/archive/archive.h"
#include "tools/lib/archive/listing.h"
#include "tools/lib/archive/treemap.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"

static const char usage[] =
	"usage: rdinit list [OPTION] IMAGE\n\n"
	"Prints what is in IMAGE (newc, raw or compressed, any number of segments) as a recipe, from\n"
	"which `rdinit pack` makes it again. IMAGE - is standard input.\n\n"
	"  -v, --verbose  say where each entry is, how large it is, and how it is numbered\n"
	"  -l, --long     a line an entry, as ls -l prints it\n"
	"  --json         everything, for programs\n"
	"  --treemap FILE a picture (SVG) of what takes how much\n";

enum form { RECIPE, VERBOSE_RECIPE, LONG, JSON, TREEMAP };

/* The file of another image, as recipes name it. */
static char *in_image(const struct archive *archive, size_t index, void *context)
{
	const char *image = context;

	return xasprintf("cpio:%s:%s", image,
			 archive->entries[archive->entries[index].data_of].path);
}

static int print_recipe(const struct archive *archive, bool verbose)
{
	/* An absolute name, so that the recipe means the same wherever it is saved. */
	char *location = realpath(archive->name, NULL);
	struct listing_style style = { .verbose = verbose,
				       .segments = true,
				       .locate = in_image,
				       .context = location ? location : archive->name };
	int result = listing_print(archive, &style, stdout);

	free(location);
	return result;
}

static int write_treemap(const struct archive *archive, const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);
	struct output *output = memory ? output_open(path) : NULL;
	int result = -1;

	if (memory) {
		treemap_write(archive, memory);
		fclose(memory);
	}
	if (output && output_write(output, text, len) == 0)
		result = output_commit(output);
	else if (output)
		output_abort(output);
	free(text);
	return result;
}

static int list_image(const char *name, enum form form, const char *picture)
{
	struct archive *archive = archive_open(name);
	int result = 0;

	if (!archive)
		return -1;
	if (form == JSON)
		result = listing_json(archive, stdout);
	else if (form == TREEMAP)
		result = write_treemap(archive, picture);
	else if (form == LONG)
		listing_long(archive, stdout);
	else
		result = print_recipe(archive, form == VERBOSE_RECIPE);
	archive_close(archive);
	return result;
}

int cmd_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "verbose", no_argument, NULL, 'v' }, { "long", no_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },    { "treemap", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },    { 0 },
	};
	enum form form = RECIPE;
	const char *picture = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":vlh", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option == ':' || option == '?')
			return bad_option("list", option, argv, options);
		form = option == 'v'   ? VERBOSE_RECIPE
		       : option == 'l' ? LONG
		       : option == 't' ? TREEMAP
				       : JSON;
		if (option == 't')
			picture = optarg;
	}
	if (argc - optind != 1)
		return error_usage("list", "expected one IMAGE, found %d arguments", argc - optind);
	return list_image(argv[optind], form, picture) < 0 ? 1 : 0;
}
