/* check_image.c - rules of the image as a whole: its compression, its console, its size. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"

#define PAGE ((uint64_t)4096)
#define MIB ((uint64_t)1 << 20)
#define PER_PAGE 64 /* bytes that the kernel keeps about each page of memory: struct page */
#define LOADED_AT (16 * MIB) /* where a kernel for x86-64 is loaded to (CONFIG_PHYSICAL_START) */

void check_unreadable(struct check *check)
{
	const struct archive *archive = check->archive;
	char symbol[16];

	for (size_t i = 0; i < archive->segment_count; i++) {
		const char *kind = archive->segments[i].kind;

		if (!strcmp(kind, "raw") || (i && !strcmp(kind, archive->segments[i - 1].kind)))
			continue;
		snprintf(symbol, sizeof(symbol), "RD_%s", kind);
		for (char *letter = symbol; *letter; letter++)
			*letter = (char)toupper((unsigned char)*letter);
		if (!check->config.from)
			check_skip(check, CHECK_UNREADABLE,
				   "whether the kernel reads %s: its configuration is not known",
				   kind);
		else if (check_lacks(check, symbol))
			check_say(check, CHECK_UNREADABLE, CHECK_ERROR,
				  "pack it with --compress none, or with what the kernel has",
				  "the segment at offset %zu is compressed with %s, and the kernel "
				  "has no CONFIG_%s",
				  archive->segments[i].offset, kind, symbol);
	}
}

/* Said while the entries were read and unpacked, in their order. */
void check_lost_entry(struct check *check)
{
	if (check->is_damaged)
		check_skip(check, CHECK_LOST_ENTRY, "entries behind the damage");
}

/* The list that kernels have by default holds the node (usr/default_cpio_list). */
static int kernel_has_node(const struct check *check)
{
	struct span text = { (const uint8_t *)check->config.text.data, check->config.text.len },
		    value;

	return !check->config.from ||
	       kconfig_get(text, "INITRAMFS_SOURCE", &value) != KCONFIG_TEXT || !value.len;
}

void check_no_console(struct check *check)
{
	static const char cure[] = "add it: nod /dev/console 0600 0 0 c 5 1";
	const char *why;
	const struct archive_entry *entry = archive_resolve(check->archive, "/dev/console", &why);
	const struct newc_fields *fields = entry ? &entry->newc.fields : NULL;

	if (check->is_ours || check->is_damaged || !check->programs[0].entry)
		return; /* ours makes what is missing */
	if (fields &&
	    (!S_ISCHR(fields->mode) || fields->rdev_major != 5 || fields->rdev_minor != 1))
		check_say(check, CHECK_NO_CONSOLE, CHECK_ERROR, cure,
			  "/dev/console is not the device 5:1: what %s says is lost",
			  check->programs[0].whose);
	else if (!fields && !kernel_has_node(check))
		check_say(check, CHECK_NO_CONSOLE, CHECK_ERROR, cure,
			  "there is no /dev/console, and the kernel was built with an initramfs of "
			  "its own (CONFIG_INITRAMFS_SOURCE): what %s says is lost",
			  check->programs[0].whose);
}

/* What the tree takes: files in whole pages, those that are replaced left out. */
static uint64_t tree_bytes(const struct archive *archive)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < archive->count; i++) {
		const struct archive_entry *entry = &archive->entries[i];

		if (!S_ISREG(entry->newc.fields.mode) || entry->data_of != i ||
		    archive_find(archive, entry->path) != entry)
			continue;
		bytes += (entry->newc.data.len + PAGE - 1) / PAGE * PAGE;
	}
	return bytes;
}

/* init_rootfs(): what rootfstype= says, and without that a ramfs where root= is on the line. -1:
 * not known. */
static int is_tmpfs(const struct check *check)
{
	char *line = xstrdup(check->append ? check->append : ""), *rest = line, *type = NULL;
	int has_root = 0, result;
	struct word word;

	while (cmdline_next(&rest, &word) && !cmdline_is_end(&word)) {
		if (!strcmp(word.name, "root") && word.value && *word.value)
			has_root = 1;
		if (!strcmp(word.name, "rootfstype") && word.value)
			type = word.value;
	}
	result = (type ? strstr(type, "tmpfs") != NULL : !has_root) && !check_lacks(check, "TMPFS");
	free(line);
	return check->append ? result : -1;
}

static void judge_room(struct check *check, uint64_t memory, uint64_t packed, uint64_t tree)
{
	uint64_t taken = check->kernel_bytes + packed + memory / PAGE * PER_PAGE;
	uint64_t left = memory > taken ? memory - taken : 0;
	int tmpfs = is_tmpfs(check);
	uint64_t room = tmpfs > 0 ? left / 2 : left;

	if (tmpfs < 0)
		check_skip(check, CHECK_MEMORY,
			   "whether the root is a tmpfs, which takes half of the "
			   "memory: the command line is not known (--append)");
	if (tree <= room)
		return;
	check_say(check, CHECK_MEMORY, CHECK_ERROR,
		  tmpfs > 0 ? "give the machine more memory, or add rootfstype=ramfs: that is not "
			      "limited to half of it"
			    : "give the machine more memory",
		  "the files take %llu MiB unpacked, and there is room for %llu MiB%s: of %u MiB, "
		  "the kernel takes %llu and the packed image %llu",
		  (unsigned long long)((tree + MIB - 1) / MIB), (unsigned long long)(room / MIB),
		  tmpfs > 0 ? " (half of what is left, for a tmpfs)" : "", check->memory_mib,
		  (unsigned long long)((taken - packed) / MIB), (unsigned long long)(packed / MIB));
}

void check_memory(struct check *check)
{
	uint64_t memory = check->memory_mib * MIB, packed = check->archive->file.len;
	uint64_t loaded = LOADED_AT + check->kernel_bytes + packed;

	if (!check->memory_mib || check_is_uml(check)) {
		check_skip(check, CHECK_MEMORY,
			   check->memory_mib ? "User-mode Linux has its memory from the host"
					     : "the memory of the machine is not known (--memory)");
		return;
	}
	if (!check->kernel_bytes)
		check_skip(check, CHECK_MEMORY,
			   "what the kernel takes: it is not known (--kernel)");
	if (check->kernel_bytes && loaded > memory)
		check_say(
			check, CHECK_MEMORY, CHECK_ERROR, "give the machine more memory",
			"the kernel and the image do not fit: they end %llu MiB above the start of "
			"the memory, which has %u MiB",
			(unsigned long long)((loaded + MIB - 1) / MIB), check->memory_mib);
	else
		judge_room(check, memory, packed, tree_bytes(check->archive));
}
