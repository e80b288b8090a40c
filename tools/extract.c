/* extract.c - rdinit extract: an image as a folder, and the recipe that makes it an image again. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/lib/base/bad_option.h"
#include "tools/lib/archive/archive.h"
#include "tools/lib/archive/listing.h"
#include "tools/lib/archive/unpack_tree.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/output.h"

static const char usage[] =
	"usage: rdinit extract IMAGE DIR\n\n"
	"Unpacks IMAGE into DIR, which must be empty or not be there, and writes DIR.recipe, from\n"
	"which `rdinit pack` makes the image again: owners, exact modes, nodes, pipes and sockets\n"
	"stand only there. Needs no rights of root. IMAGE - is standard input.\n";

/* An entry that was lost has no place, and no line. */
static char *on_host(const struct archive *archive, size_t index, const void *context)
{
	const struct unpacked *unpacked = context;

	(void)archive;
	return unpacked->places[index] ? xstrdup(unpacked->places[index]) : NULL;
}

static int write_recipe(const struct archive *archive, const struct unpacked *unpacked)
{
	struct listing_style style = { .last_only = true, .locate = on_host, .context = unpacked };
	char *path = xasprintf("%s.recipe", unpacked->dir), *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct output *output = out ? output_open(path) : NULL;
	int result = output ? listing_print(archive, &style, out) : -1;

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
	int result;

	if (!archive)
		return -1;
	result = unpack_tree(archive, dir, &unpacked);
	if (!result)
		result = write_recipe(archive, &unpacked);
	if (!result && unpacked.lost)
		result = error("%s: %zu entries are lost, in a boot as well", shown(image),
			       unpacked.lost);
	unpacked_free(&unpacked, archive);
	archive_close(archive);
	return result;
}

int cmd_extract(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'h')
			return bad_option("extract", option, argv, options);
		fputs(usage, stdout);
		return 0;
	}
	if (argc - optind != 2)
		return error_usage("extract", "expected IMAGE and DIR, found %d arguments",
				   argc - optind);
	return extract(argv[optind], argv[optind + 1]) < 0 ? 1 : 0;
}
