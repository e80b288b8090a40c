// SPDX-License-Identifier: MIT
/* check_image.c - rules of the image as a whole: its compression, its console, its size. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"
#include "tools/lib/check/memory_need.h"

void check_unreadable(struct check *check)
{
	const struct archive *archive = check->archive;

	for (size_t i = 0; i < archive->segment_count; i++) {
		enum compress_kind kind = archive->segments[i].kind;
		const char *symbol = compress_symbol(kind);

		if (!symbol || (i && kind == archive->segments[i - 1].kind))
			continue;
		if (!check->config.from)
			check_skip(check, CHECK_UNREADABLE,
				   "whether the kernel unpacks %s: its configuration is unknown",
				   compress_name(kind));
		else if (check_lacks(check, symbol))
			check_report(
				check, CHECK_UNREADABLE, CHECK_ERROR,
				"pack it with --compress none, or a method that the kernel has",
				"the segment at offset %zu is compressed with %s, and the kernel "
				"has no CONFIG_%s",
				archive->segments[i].offset, compress_name(kind), symbol);
	}
}

/* Said while the entries were read and unpacked, in their order. */
void check_lost_entry(struct check *check)
{
	if (check->archive->is_damaged)
		check_skip(check, CHECK_LOST_ENTRY, "entries after the damage");
}

/* The list that kernels have by default holds the node (usr/default_cpio_list). */
static bool kernel_has_node(const struct check *check)
{
	struct span text = buffer_span(&check->config.text), value;

	return !check->config.from ||
	       kconfig_get(text, "INITRAMFS_SOURCE", &value) != KCONFIG_TEXT || !value.len;
}

void check_no_console(struct check *check)
{
	static const char cure[] = "add it: nod /dev/console 0600 0 0 c 5 1";
	const char *why;
	const struct archive_entry *entry = archive_resolve(check->archive, "/dev/console", &why);
	const struct newc_fields *fields = entry ? &entry->newc.fields : NULL;

	if (check->is_ours || check->archive->is_damaged || !check->programs[0].entry)
		return; /* ours makes what is missing */
	if (fields &&
	    (!S_ISCHR(fields->mode) || fields->rdev_major != 5 || fields->rdev_minor != 1))
		check_report(check, CHECK_NO_CONSOLE, CHECK_ERROR, cure,
			     "/dev/console is not the device 5:1: the output of %s is lost",
			     check->programs[0].whose);
	else if (!fields && !kernel_has_node(check))
		check_report(check, CHECK_NO_CONSOLE, CHECK_ERROR, cure,
			     "there is no /dev/console, and the kernel has a built-in initramfs "
			     "(CONFIG_INITRAMFS_SOURCE): the output of %s is lost",
			     check->programs[0].whose);
}

/* Whether the root is a tmpfs. -1: not known. */
static int is_tmpfs(const struct check *check)
{
	return check->append ? memory_is_tmpfs(check->append) && !check_lacks(check, "TMPFS") : -1;
}

static void judge_memory(struct check *check, const struct memory_need *need)
{
	int tmpfs = is_tmpfs(check);
	uint64_t left = memory_for_files(need, tmpfs > 0);

	if (tmpfs < 0)
		check_skip(
			check, CHECK_MEMORY,
			"whether the initramfs is a tmpfs, which is limited to half of the memory: the "
			"command line is unknown (--append)");
	if (need->tree <= left)
		return;
	check_report(
		check, CHECK_MEMORY, CHECK_ERROR,
		tmpfs > 0
			? "give the machine more memory, or add rootfstype=ramfs, which is not limited "
			  "to half of it"
			: "give the machine more memory",
		"the files need %llu MiB unpacked, but only %llu MiB%s are free: of %u MiB the "
		"kernel uses %llu and the packed image %llu",
		memory_mib_for(need->tree), (unsigned long long)(left / MEMORY_MIB),
		tmpfs > 0 ? " (half of the rest, for a tmpfs)" : "", check->memory_mib,
		(unsigned long long)(memory_kernel_share(need) / MEMORY_MIB),
		(unsigned long long)(need->packed / MEMORY_MIB));
}

void check_memory(struct check *check)
{
	const struct memory_need need = { .memory = check->memory_mib * MEMORY_MIB,
					  .kernel = check->kernel_bytes,
					  .packed = check->archive->file.len,
					  .tree = memory_tree_bytes(check->archive) };

	if (!check->memory_mib || check_is_uml(check)) {
		check_skip(check, CHECK_MEMORY,
			   check->memory_mib ? "User-mode Linux uses memory of this machine"
					     : "the machine's memory is unknown (--memory)");
		return;
	}
	if (!check->kernel_bytes)
		check_skip(check, CHECK_MEMORY, "the size of the kernel is unknown (--kernel)");
	if (check->kernel_bytes && memory_loaded_end(&need) > need.memory)
		check_report(
			check, CHECK_MEMORY, CHECK_ERROR, "give the machine more memory",
			"the kernel and the image do not fit: they end %llu MiB above the start of "
			"the memory, which has %u MiB",
			memory_mib_for(memory_loaded_end(&need)), check->memory_mib);
	else
		judge_memory(check, &need);
}
