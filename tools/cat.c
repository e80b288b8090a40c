// SPDX-License-Identifier: MIT
/* cat.c - rdinit cat: files of an image on standard output. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/commands.h"
#include "tools/lib/cpio/archive.h"
#include "tools/lib/base/error.h"

/* A failed write is reported at the end. */
static int to_stdout(void *context, const void *data, size_t len)
{
	(void)context;
	return fwrite(data, 1, len, stdout) == len ? 0 : -1;
}

static int print_file(const struct archive *archive, const char *path)
{
	const char *why;
	const struct archive_entry *entry = archive_resolve(archive, path, &why);

	if (!entry)
		return error("%s: %s: %s", shown(archive->name), shown(path), why);
	if (!S_ISREG(entry->newc.fields.mode))
		return error("%s: %s: not a file", shown(archive->name), shown(path));
	return archive_copy(archive, entry, (struct sink){ to_stdout, NULL });
}

static int run(int argc, char **argv)
{
	struct archive *archive;
	int status = options_parse(&command_cat, &argc, argv, NULL), result = 0;

	if (status != OPTIONS_PARSED)
		return status;
	archive = archive_open_names(argv[1]);
	if (!archive)
		return 1;
	for (int i = 2; i < argc; i++)
		result |= print_file(archive, argv[i]);
	archive_close(archive);
	return result ? 1 : 0;
}

const struct command command_cat = {
	.name = "cat",
	.summary = "print files of an image",
	.usage = "IMAGE PATH...",
	.text = "Prints the files at PATH in IMAGE, symbolic links followed inside it, as the "
		"kernel would\n"
		"unpack it. IMAGE - is standard input.\n",
	.expected = "IMAGE and PATH",
	.least = 2,
	.most = SIZE_MAX,
	.run = run,
};
