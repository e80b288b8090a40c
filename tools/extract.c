// SPDX-License-Identifier: MIT
/* extract.c - rdinit extract: an image as a directory, and the recipe that packs it again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/cpio/listing.h"
#include "tools/lib/cpio/unpack_tree.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"

/* The names of `left` are those of the tree, in the order of their entries. */
struct recipe {
	const struct unpacked *unpacked;
	const struct kernel_name **names; /* by index of an entry of `left` */
	size_t left_out;
};

static char *on_host(const struct archive *left, size_t index, void *context)
{
	struct recipe *recipe = context;
	char *place = unpacked_path(recipe->unpacked, recipe->names[index]);

	(void)left;
	recipe->left_out += !place;
	return place;
}

static void find_names(struct recipe *recipe, size_t count)
{
	const struct kernel_tree *tree = recipe->unpacked->tree;
	size_t at = 0;

	recipe->names = xcalloc(count + 1, sizeof(*recipe->names));
	for (size_t i = 0; i < tree->archive->count; i++)
		if (tree->of_entry[i])
			recipe->names[at++] = tree->of_entry[i];
}

static int print_recipe(const struct unpacked *unpacked, FILE *out)
{
	struct archive *left = kernel_tree_archive(unpacked->tree);
	struct recipe recipe = { .unpacked = unpacked };
	struct listing_style style = { .locate = on_host, .context = &recipe };
	int result;

	find_names(&recipe, left->count);
	result = listing_print(left, &style, out);
	if (!result && recipe.left_out)
		result = error("%s: %zu %s not in the recipe", shown(left->name), recipe.left_out,
			       recipe.left_out == 1 ? "file is" : "files are");
	free(recipe.names);
	archive_close(left);
	return result;
}

static int write_recipe(const struct unpacked *unpacked)
{
	char *path = xasprintf("%s.recipe", unpacked->dir), *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct output *output = out ? output_open(path) : NULL;
	int result = output ? print_recipe(unpacked, out) : -1;

	if (out)
		fclose(out);
	if (result || output_write(output, text, len) < 0)
		output_abort(output);
	else
		result = output_commit(output);
	free(text);
	free(path);
	return result;
}

static int extract(const char *image, const char *dir)
{
	struct archive *archive = archive_open(image);
	struct unpacked unpacked;
	size_t lost;
	int result;

	if (!archive)
		return -1;
	result = unpack_tree(archive, dir, &unpacked);
	if (!result)
		result = write_recipe(&unpacked);
	lost = unpacked.tree->lost + archive->lost;
	if (!result && lost)
		result = error("%s: %zu %s lost, as in a boot", shown(image), lost,
			       lost == 1 ? "entry is" : "entries are");
	unpacked_free(&unpacked);
	archive_close(archive);
	return result;
}

static int run(int argc, char **argv)
{
	int status = options_parse(&command_extract, &argc, argv, NULL);

	if (status != OPTIONS_PARSED)
		return status;
	return extract(argv[1], argv[2]) < 0 ? 1 : 0;
}

const struct command command_extract = {
	.name = "extract",
	.summary = "unpack an image into a directory, without root privileges",
	.usage = "IMAGE DIR",
	.text = "Unpacks IMAGE into DIR, which must be empty or missing, and writes "
		"DIR.recipe, from which\n"
		"`rdinit pack` makes the image again: only it has owners, exact modes, nodes, "
		"pipes and\n"
		"sockets. Needs no root privileges. IMAGE - is standard input.\n",
	.expected = "IMAGE and DIR",
	.least = 2,
	.most = 2,
	.run = run,
};
