// SPDX-License-Identifier: MIT
/* check_disk.c - the rule of --root: root= must name something on that disk. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/pure/count.h"
#include "init/pure/layer.h"
#include "init/pure/rootspec.h"
#include "tools/lib/base/error.h"
#include "tools/lib/check/check.h"

static const char cure[] = "use the UUID that the disk has: root=UUID=...";

/* The partition that a path names by its end: 0 for a whole disk, -1 if that cannot be told. */
static long number_of(const char *path)
{
	static const char *const counted[] = { "/dev/nvme", "/dev/mmcblk", "/dev/loop",
					       "/dev/nbd" };
	static const char *const lettered[] = { "/dev/sd", "/dev/vd", "/dev/hd", "/dev/xvd" };
	const char *end = path + strlen(path);

	while (end > path && isdigit((unsigned char)end[-1]))
		end--;
	for (size_t i = 0; i < COUNT(counted); i++)
		if (!strncmp(path, counted[i], strlen(counted[i])))
			return end > path && end[-1] == 'p' && end - path > (long)strlen(counted[i])
				       ? strtol(end, NULL, 10)
				       : 0;
	for (size_t i = 0; i < COUNT(lettered); i++)
		if (!strncmp(path, lettered[i], strlen(lettered[i])))
			return strtol(end, NULL, 10);
	return -1;
}

/* PARTUUID=X/PARTNROFF=N names the partition with a number so much higher. */
static const struct disk_part *find(const struct disk_names *disk, const struct rootspec *spec,
				    size_t from)
{
	for (size_t i = from; i < disk->count; i++) {
		const struct disk_part *part = &disk->parts[i];

		if (!rootspec_matches(spec, &part->finding))
			continue;
		return spec->offset
			       ? disk_names_part(disk,
						 (unsigned int)((int)part->number + spec->offset))
			       : part;
	}
	return NULL;
}

static void report_nothing(struct check *check, const struct rootspec *spec)
{
	const struct disk_names *disk = &check->disk;
	struct buffer has = { NULL, 0, 0 };
	const char *word = NULL;

	disk_names_print(disk, &has);
	for (size_t i = 0; i < disk->count && !word; i++)
		word = rootspec_near(spec, &disk->parts[i].finding);
	check_report(check, CHECK_NO_ROOT, CHECK_ERROR, cure,
		     "root=%s names nothing on %s, which has %s%s%s", shown(check->settings.root),
		     shown(disk->path), has.data, word ? "; compare it with " : "",
		     word ? word : "");
	buffer_free(&has);
}

/* The disk shows the type of the root: rule 13 then checks its driver. */
static void judge_driver(struct check *check, const struct disk_part *part)
{
	const struct format_info info = format_info(part->finding.format);
	char *what = xasprintf("root=%s, %s,", shown(check->settings.root), info.title);

	if (check->config.from && !check->archive->is_damaged)
		check_root_types(check, info.mount_as, what);
	free(what);
}

/* Why /init would refuse to mount it; "" if it would not. */
static void why_refused(const struct finding *finding, char *why, size_t size)
{
	const struct layer *layer = layer_of(finding->format);

	if (layer_refusal(layer, why, size) && layer->kind == LAYER_NONE)
		snprintf(why, size, "which is not a file system");
}

/* Findings that /init would refuse to mount. */
static void judge_part(struct check *check, const struct disk_part *part)
{
	const struct finding *finding = &part->finding;
	const struct format_info info = format_info(finding->format);
	struct buffer has = { NULL, 0, 0 };
	char text[300], why[100];

	why_refused(finding, why, sizeof(why));
	finding_describe(finding, text, sizeof(text));
	disk_names_print(&check->disk, &has);
	if (finding->found == FOUND_DAMAGED || finding->found == FOUND_SEVERAL)
		check_report(check, CHECK_NO_ROOT, CHECK_ERROR, "repair it, or name another root",
			     "root=%s is %s on %s", shown(check->settings.root), text,
			     shown(check->disk.path));
	else if (finding->found == FOUND_ONE && *why)
		check_report(check, CHECK_NO_ROOT, CHECK_ERROR, cure,
			     "root=%s is %s on %s, %s; the disk has %s",
			     shown(check->settings.root), info.title, shown(check->disk.path), why,
			     has.data);
	else if (finding->found == FOUND_ONE && !check->settings.rootfstype)
		judge_driver(check, part);
	buffer_free(&has);
}

/* The partition of a path; NULL if it has none, or that cannot be told. */
static const struct disk_part *part_of_path(const struct check *check, const struct rootspec *spec,
					    bool *is_known)
{
	long number = spec->kind == ROOTSPEC_PATH ? number_of(spec->path) : -1;

	*is_known = number >= 0;
	return *is_known ? disk_names_part(&check->disk, (unsigned int)number) : NULL;
}

static bool is_place(const struct rootspec *spec)
{
	return spec->kind == ROOTSPEC_PATH || spec->kind == ROOTSPEC_NUMBER;
}

const struct disk_part *check_root_part(const struct check *check)
{
	struct rootspec spec;
	bool is_known;

	if (!check->disk.path || !check->is_ours || rootspec_parse(check->settings.root, &spec) ||
	    rootspec_is_of_disk(&spec))
		return NULL;
	return is_place(&spec) ? part_of_path(check, &spec, &is_known)
			       : find(&check->disk, &spec, 0);
}

static void judge_path(struct check *check, const struct rootspec *spec)
{
	bool is_known;
	const struct disk_part *part = part_of_path(check, spec, &is_known);

	if (!is_known)
		check_skip(check, CHECK_NO_ROOT, "root=%s: the boot decides which partition it is",
			   shown(check->settings.root));
	else if (!part)
		report_nothing(check, spec);
	else if (!check->settings.rootfstype)
		judge_part(check, part);
}

static void judge_name(struct check *check, const struct rootspec *spec)
{
	const struct disk_part *part = find(&check->disk, spec, 0), *second;

	if (!part) {
		report_nothing(check, spec);
		return;
	}
	second = spec->offset ? NULL
			      : find(&check->disk, spec, (size_t)(part - check->disk.parts) + 1);
	if (second)
		check_report(check, CHECK_NO_ROOT, CHECK_WARNING, "rename one of them",
			     "root=%s names partitions %u and %u of %s: /init uses the first",
			     shown(check->settings.root), part->number, second->number,
			     shown(check->disk.path));
	judge_part(check, part);
}

void check_no_root(struct check *check)
{
	const struct settings *settings = &check->settings;
	struct rootspec spec;

	if (!settings->root || !*settings->root || settings->run)
		return;
	if (!check->disk.path)
		check_skip(check, CHECK_NO_ROOT, "root=%s: give the disk (--root)",
			   shown(settings->root));
	else if (!check->is_ours)
		check_skip(check, CHECK_NO_ROOT, "%s is not rdinit's, and finds root= itself",
			   shown(check->rdinit));
	else if (rootspec_parse(settings->root, &spec)) /* rule 13 */
		return;
	else if (rootspec_is_of_disk(&spec))
		check_skip(check, CHECK_NO_ROOT, "root=%s: the disk itself has no WWID and no port",
			   shown(settings->root));
	else if (is_place(&spec))
		judge_path(check, &spec);
	else
		judge_name(check, &spec);
}
