// SPDX-License-Identifier: MIT
/* check_read.c - an image read as the kernel does: what it loses, and where it stops. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"
#include "tools/lib/cpio/kernel_tree.h"

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

struct placing {
	struct check *check;
	char **paths; /* of each entry: where it really is; NULL: lost */
};

/* Microcode and ACPI tables are read from the archive itself, before there is any tree. */
static bool is_early(const struct archive_entry *entry)
{
	return !strncmp(entry->path, "/kernel/", 8);
}

static void lose_in_tree(void *context, size_t index, enum kernel_loss why)
{
	const struct placing *placing = context;
	const struct archive_entry *entry = &placing->check->archive->entries[index];

	if (!is_early(entry))
		check_report(placing->check, CHECK_LOST_ENTRY, CHECK_ERROR, losses[why].cure,
			     "%s is lost without a message: %s", shown(entry->path),
			     losses[why].why);
}

static void replace(void *context, size_t index)
{
	const struct placing *placing = context;
	const struct archive_entry *entry = &placing->check->archive->entries[index];

	if (!is_early(entry))
		check_report(
			placing->check, CHECK_LOST_ENTRY, CHECK_WARNING, one_kind,
			"%s comes twice, and the later one, of another kind, replaces the earlier one",
			shown(entry->path));
}

static void place(void *context, size_t index, const struct kernel_name *name)
{
	const struct placing *placing = context;
	struct buffer path = { NULL, 0, 0 };

	kernel_tree_path(name, &path);
	placing->paths[index] = path.data;
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

/* The tree that the kernel makes of the entries read: those that it loses are taken out and told
 * (CHECK_LOST_ENTRY), the paths of the others become real ones, without links in their parents.
 * Source: init/initramfs.c, do_name(), do_symlink(), clean_path(). */
static void unpack(struct check *check)
{
	struct archive *archive = check->archive;
	struct placing placing = { check, xcalloc(archive->count + 1, sizeof(char *)) };
	/* Every kernel has it, unless it was built with another one. */
	const struct kernel_watch watch = { .lost = lose_in_tree,
					    .replaces = replace,
					    .made = place,
					    .has_default = true,
					    .context = &placing };

	kernel_tree_free(kernel_tree_new(archive, &watch));
	keep_placed(archive, placing.paths);
	free(placing.paths);
}

#define WINDOW_MAX ((uint64_t)128 << 20) /* bytes: ZSTD_WINDOWSIZE_MAX of the kernel */
#define WINDOW_USUAL ((uint64_t)8 << 20) /* bytes: zstd -19; more needs --ultra or --long */

static const char repack[] = "pack it again with rdinit pack";
static const char rename_it[] = "change or remove this entry, which the newc format cannot hold";

struct reading {
	struct check *check;
	const char *name; /* of the image */
};

static void damaged(void *context, const struct archive_fault *fault)
{
	const struct reading *reading = context;

	if (fault->kind == COMPRESS_NONE && fault->at == ARCHIVE_NOWHERE)
		check_report(reading->check, CHECK_UNREADABLE, CHECK_ERROR, repack,
			     "%s: %s, at offset %zu: the kernel stops there", shown(reading->name),
			     fault->why, fault->segment);
	else
		check_report(reading->check, CHECK_UNREADABLE, CHECK_ERROR, repack,
			     "%s: %s, in the %s segment at offset %zu: the kernel stops there",
			     shown(reading->name), fault->why, archive_kind(fault->kind),
			     fault->segment);
}

static void lost(void *context, const struct newc_entry *newc, const char *why)
{
	const struct reading *reading = context;

	check_report(reading->check, CHECK_LOST_ENTRY, CHECK_ERROR, rename_it,
		     "the entry %s (offset %zu) is lost without a message: %s",
		     newc->name && *newc->name ? shown(newc->name) : "without a name", newc->offset,
		     why);
}

/* The memory that a frame needs while it is read; 0 if its header is truncated. Source: RFC 8878,
 * 3.1.1.1. */
static uint64_t window_of(struct span frame)
{
	static const size_t id_lens[] = { 0, 1, 2, 4 };
	unsigned int flags = frame.len > 5 ? frame.data[4] : 0, exponent;
	struct span size = span_cut(frame, 5 + id_lens[flags & 3], 8);

	if (!(flags & 0x20)) {
		exponent = frame.len > 5 ? frame.data[5] >> 3 : 0;
		return ((uint64_t)1 << (10 + exponent)) / 8 *
		       (8 + (frame.len > 5 ? frame.data[5] & 7u : 0));
	}
	if (!size.data)
		return 0;
	return flags >> 6 == 3 ? le64(size.data) : flags >> 6 == 2 ? le32(size.data) : 0;
}

/* The kernel's decompressors accept less than the libraries. */
static bool accepts(void *context, struct span frame, enum compress_kind kind, size_t offset)
{
	struct archive_fault fault = { .kind = kind, .segment = offset, .at = ARCHIVE_NOWHERE };
	struct check *check = ((const struct reading *)context)->check;
	uint64_t window = kind == COMPRESS_ZSTD ? window_of(frame) : 0;

	if (kind == COMPRESS_XZ && frame.len > 7 && (frame.data[7] & 15) > 1)
		fault.why = "a checksum that it does not know (use xz --check=crc32)";
	else if (window > WINDOW_MAX)
		fault.why = "a window of more than 128 MiB";
	if (fault.why)
		damaged(context, &fault);
	else if (kind == COMPRESS_LZO)
		check_skip(
			check, CHECK_UNREADABLE,
			"rdinit cannot unpack lzo: the content of the segment at offset %zu is unknown",
			offset);
	else if (window > WINDOW_USUAL)
		check_report(
			check, CHECK_UNREADABLE, CHECK_WARNING,
			"compress with a lower level, or give zstd the size",
			"the zstd segment at offset %zu has a window of %zu MiB, which the kernel also "
			"needs while it unpacks",
			offset, (size_t)(window >> 20));
	return !fault.why && kind != COMPRESS_LZO;
}

void check_read_image(struct check *check, const char *name, struct mapped_file *file)
{
	struct reading reading = { check, name };
	const struct archive_rules rules = { .policy = ARCHIVE_AS_THE_KERNEL,
					     .lost = lost,
					     .damaged = damaged,
					     .accepts = accepts,
					     .context = &reading };

	check->archive = archive_read(name, file, &rules);
	unpack(check);
}
