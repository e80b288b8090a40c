// SPDX-License-Identifier: MIT
/* list.c - rdinit list: an image as a recipe. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/cpio/listing.h"
#include "tools/lib/cpio/treemap.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"

enum form { RECIPE, VERBOSE_RECIPE, LONG, JSON };

struct list {
	enum form form;
	const char *treemap; /* in place of a listing: where the picture goes; or NULL */
};

static const struct option_row rows[] = {
	{ 'v', "verbose", NULL, "print the offset, inode and size of each entry",
	  VALUE_AT(list, form, VERBOSE_RECIPE) },
	{ 'l', "long", NULL, "print a line an entry, like ls -l", VALUE_AT(list, form, LONG) },
	{ 0, "json", NULL, "print everything as JSON", VALUE_AT(list, form, JSON) },
	{ 0, "treemap", "FILE", "draw the sizes as a picture (SVG)", TEXT_AT(list, treemap) },
};

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

static int list_image(const char *name, const struct list *list)
{
	struct archive *archive = archive_open_names(name);
	int result = 0;

	if (!archive)
		return -1;
	if (list->treemap)
		result = write_treemap(archive, list->treemap);
	else if (list->form == JSON)
		result = listing_json(archive, stdout);
	else if (list->form == LONG)
		listing_long(archive, stdout);
	else
		result = print_recipe(archive, list->form == VERBOSE_RECIPE);
	archive_close(archive);
	return result;
}

static int run(int argc, char **argv)
{
	struct list list = { .form = RECIPE };
	int status = options_parse(&command_list, &argc, argv, &list);

	if (status != OPTIONS_PARSED)
		return status;
	return list_image(argv[1], &list) < 0 ? 1 : 0;
}

const struct command command_list = {
	.name = "list",
	.summary = "print an image as a recipe",
	.usage = "[OPTION] IMAGE",
	.text = "Prints IMAGE (newc, raw or compressed, any number of segments) as a recipe, "
		"from which\n"
		"`rdinit pack` makes it again. IMAGE - is standard input.\n",
	OPTION_ROWS(rows),
	.expected = "one IMAGE",
	.least = 1,
	.most = 1,
	.run = run,
};
