// SPDX-License-Identifier: MIT
/* check_unpack.c - the tree that the kernel makes of an image's entries, one after another. */
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/lib/cpio/kernel_tree.h"
#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"

static const char parents_first[] = "add the directory before its entries, as rdinit pack does";
static const char one_kind[] = "remove one of the two";
static const char names_together[] = "keep all names of a file until its last one";
static const char other_entry[] = "change or remove it";

static const struct {
	const char *why, *cure;
} losses[KERNEL_LOSSES] = {
	[KERNEL_NO_DIRECTORY] = { "its directory does not exist yet", parents_first },
	[KERNEL_IN_THE_WAY] = { "a directory that is not empty has this name", one_kind },
	[KERNEL_WAS_THE_WAY] = { "it replaces a part of its own path", one_kind },
	[KERNEL_NO_FIRST] = { "the first name of its file does not exist yet", names_together },
	[KERNEL_NO_TEXT] = { "a symlink's target has 1 to 4095 bytes", other_entry },
	[KERNEL_NO_KIND] = { "its mode is not that of any kind of file", other_entry },
};

struct unpacking {
	struct check *check;
	char **paths; /* of each entry: where it really is; NULL: lost */
};

/* Microcode and ACPI tables are read from the archive itself, before there is any tree. */
static int is_early(const struct archive_entry *entry)
{
	return !strncmp(entry->path, "/kernel/", 8);
}

static void lose(void *context, size_t index, enum kernel_loss why)
{
	const struct unpacking *unpacking = context;
	const struct archive_entry *entry = &unpacking->check->archive->entries[index];

	if (!is_early(entry))
		check_say(unpacking->check, CHECK_LOST_ENTRY, CHECK_ERROR, losses[why].cure,
			  "%s is lost without a message: %s", shown(entry->path), losses[why].why);
}

static void replace(void *context, size_t index)
{
	const struct unpacking *unpacking = context;
	const struct archive_entry *entry = &unpacking->check->archive->entries[index];

	if (!is_early(entry))
		check_say(
			unpacking->check, CHECK_LOST_ENTRY, CHECK_WARNING, one_kind,
			"%s comes twice, and the later one, of another kind, replaces the earlier one",
			shown(entry->path));
}

static void place(void *context, size_t index, const struct kernel_name *name)
{
	const struct unpacking *unpacking = context;
	struct buffer path = { NULL, 0, 0 };

	kernel_tree_path(name, &path);
	unpacking->paths[index] = path.data;
}

/* The archive keeps what became part of the tree, by its real paths. */
static void keep_placed(struct archive *archive, char **paths)
{
	size_t kept = 0;

	for (size_t i = 0; i < archive->count; i++) {
		free(archive->entries[i].path);
		archive->entries[i].path = paths[i];
		if (paths[i])
			archive->entries[kept++] = archive->entries[i];
	}
	archive->count = kept;
	archive_index(archive);
}

void check_unpack(struct check *check)
{
	struct archive *archive = check->archive;
	struct unpacking unpacking = { check, xcalloc(archive->count + 1, sizeof(char *)) };
	/* Every kernel has it, unless it was built with another one. */
	const struct kernel_watch watch = { .lost = lose,
					    .replaces = replace,
					    .made = place,
					    .has_default = true,
					    .context = &unpacking };

	kernel_tree_free(kernel_tree_new(archive, &watch));
	keep_placed(archive, unpacking.paths);
	free(unpacking.paths);
}
