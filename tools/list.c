/* list.c - rdinit list: an image as a recipe. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/lib/archive.h"
#include "tools/lib/error.h"
#include "tools/lib/listing.h"

static const char usage[] =
	"usage: rdinit list [-v] IMAGE\n\n"
	"Prints what is in IMAGE (newc, raw or compressed, any number of segments) as a recipe, from\n"
	"which `rdinit pack` makes it again. IMAGE - is standard input.\n\n"
	"  -v, --verbose  say where each entry is, how large it is, and how it is numbered\n";

/* The file of another image, as recipes name it. */
static char *in_image(const struct archive *archive, size_t index, const void *context)
{
	const char *image = context;

	return xasprintf("cpio:%s:%s", image,
			 archive->entries[archive->entries[index].data_of].path);
}

static int list_image(const char *name, bool verbose)
{
	struct archive *archive = archive_open(name);
	/* An absolute name, so that the recipe means the same wherever it is saved. */
	char *location = archive ? realpath(name, NULL) : NULL;
	struct listing_style style = { .verbose = verbose, .locate = in_image,
				       .context = location ? location : name };
	int result = archive ? listing_print(archive, &style, stdout) : -1;

	free(location);
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
