// SPDX-License-Identifier: MIT
/* cat.c - rdinit cat: files of an image on standard output. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/commands.h"
#include "tools/lib/base/bad_option.h"
#include "tools/lib/archive/archive.h"
#include "tools/lib/base/error.h"

static const char usage[] =
	"usage: rdinit cat IMAGE PATH...\n\n"
	"Prints the files at PATH in IMAGE, symbolic links followed inside it, as they are when the\n"
	"kernel has unpacked it. IMAGE - is standard input.\n";

static int print_file(const struct archive *archive, const char *path)
{
	const char *why;
	const struct archive_entry *entry = archive_resolve(archive, path, &why);
	struct span data;

	if (!entry)
		return error("%s: %s: %s", shown(archive->name), shown(path), why);
	if (!S_ISREG(entry->newc.fields.mode))
		return error("%s: %s: not a file", shown(archive->name), shown(path));
	data = archive_data(archive, entry);
	fwrite(data.data, 1, data.len, stdout);
	return 0;
}

int cmd_cat(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	struct archive *archive;
	int option, result = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'h')
			return bad_option("cat", option, argv, options);
		fputs(usage, stdout);
		return 0;
	}
	if (argc - optind < 2)
		return error_usage("cat", "expected IMAGE and PATH");
	archive = archive_open(argv[optind]);
	if (!archive)
		return 1;
	for (int i = optind + 1; i < argc; i++)
		result |= print_file(archive, argv[i]);
	archive_close(archive);
	return result ? 1 : 0;
}
