// SPDX-License-Identifier: MIT
/* host_parameters.c - the words by which /init mounts the root that a host has. */
#include "tools/lib/host/host_parameters.h"

#include <glob.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/path.h"
#include "tools/lib/host/disk_names.h"

/* Options of fstab that a file system takes at its first mount alone. All others are set when the
 * root mounts itself again, and some of them (noatime, errors=) are none of the file system's. */
static const struct {
	const char *type, *option; /* with "=" at the end, where it has a value */
} first_options[] = {
	{ "btrfs", "subvol=" },	   { "btrfs", "subvolid=" }, { "btrfs", "degraded" },
	{ "ext3", "data=" },	   { "ext4", "data=" },	     { "ext4", "journal_path=" },
	{ "ext4", "inlinecrypt" }, { "xfs", "logdev=" },     { "xfs", "rtdev=" },
	{ "xfs", "uquota" },	   { "xfs", "gquota" },	     { "xfs", "pquota" },
	{ "xfs", "usrquota" },	   { "xfs", "grpquota" },    { "xfs", "prjquota" },
};

/* fstab's line of the root; NULL if it has none. */
struct fstab_root {
	char *spec, *options;
};

static struct fstab_root read_fstab(const struct host_root *host)
{
	struct fstab_root root = { NULL, NULL };
	char *path = xasprintf("%s/etc/fstab", host->root);
	FILE *in = setmntent(path, "re");
	struct mntent *entry;

	while (in && (entry = getmntent(in))) {
		if (strcmp(entry->mnt_dir, "/") != 0)
			continue;
		free(root.spec);
		free(root.options);
		root.spec = xstrdup(entry->mnt_fsname);
		root.options = xstrdup(entry->mnt_opts);
	}
	if (in)
		endmntent(in);
	free(path);
	return root;
}

/* The UUID by which udev links to the device; malloc'd, or NULL. */
static char *uuid_link(const struct host_root *host)
{
	char *pattern = xasprintf("%s/dev/disk/by-uuid/*", host->root), *uuid = NULL;
	glob_t links;

	if (!glob(pattern, 0, NULL, &links)) {
		for (size_t i = 0; i < links.gl_pathc && !uuid; i++) {
			char *real = realpath(links.gl_pathv[i], NULL);

			if (real && !strcmp(path_name(real), host->name))
				uuid = xstrdup(path_name(links.gl_pathv[i]));
			free(real);
		}
		globfree(&links);
	}
	free(pattern);
	return uuid;
}

/* The same from the file system itself, if there is no udev; only root may read it. */
static char *uuid_inside(const struct host_root *host)
{
	char *path = xasprintf("%s/dev/%s", host->root, host->name), *uuid = NULL;
	struct disk_names names = { .path = NULL };

	if (!access(path, R_OK) && !disk_names_read(path, &names) &&
	    names.parts[0].finding.found == FOUND_ONE && *names.parts[0].finding.uuid)
		uuid = xstrdup(names.parts[0].finding.uuid);
	disk_names_free(&names);
	free(path);
	return uuid;
}

/* The name of the root: fstab's, which is the administrator's; else one that does not change when a
 * disk comes or goes. malloc'd. */
static char *spec_of(const struct host_root *host, const struct fstab_root *fstab)
{
	char *uuid, *spec;

	if (fstab->spec && strcmp(fstab->spec, "/dev/root") != 0)
		return xstrdup(fstab->spec);
	uuid = uuid_link(host);
	if (!uuid)
		uuid = uuid_inside(host);
	if (uuid) {
		spec = xasprintf("UUID=%s", uuid);
	} else {
		spec = xasprintf("/dev/%s", host->name);
		warning("host: neither fstab nor /dev/disk/by-uuid names the root: using root=%s, "
			"which can be another disk after the next boot",
			shown(spec));
	}
	free(uuid);
	return spec;
}

static bool is_first_option(const char *type, const char *option)
{
	for (size_t i = 0; i < COUNT(first_options); i++) {
		const char *name = first_options[i].option;
		size_t len = strlen(name);

		if (!strcmp(first_options[i].type, type) && !strncmp(option, name, len) &&
		    (name[len - 1] == '=' || !option[len]))
			return true;
	}
	return false;
}

/* Appends " rootflags=..." where there is something to say. */
static void add_flags(const struct host_root *host, const struct fstab_root *fstab,
		      struct buffer *out)
{
	char *options = xstrdup(fstab->options ? fstab->options : ""), *state = NULL;
	const struct mountinfo *mount = &host->mount;
	struct buffer flags = { NULL, 0, 0 };

	for (char *option = strtok_r(options, ",", &state); option;
	     option = strtok_r(NULL, ",", &state))
		if (is_first_option(mount->type, option))
			buffer_printf(&flags, "%s%s", flags.len ? "," : "", option);
	if (!strcmp(mount->type, "btrfs") && strcmp(mount->root, "/") != 0 &&
	    !(flags.len && strstr(flags.data, "subvol")))
		buffer_printf(&flags, "%ssubvol=%s", flags.len ? "," : "", mount->root);
	if (flags.len)
		buffer_printf(out, " rootflags=%s", flags.data);
	buffer_free(&flags);
	free(options);
}

/* Words of the kernel's line have no blanks: LABEL= of fstab may, and gets quotes. */
static int write_words(const struct host_root *host, const struct fstab_root *fstab,
		       struct buffer *out)
{
	char *spec = spec_of(host, fstab);
	int result = 0;

	if (strpbrk(spec, "\"\n"))
		result = error(
			"host: fstab's root %s: the kernel's command line cannot hold these characters",
			shown(spec));
	else
		buffer_printf(out, strpbrk(spec, " \t") ? "\"root=%s\"" : "root=%s", spec);
	free(spec);
	if (result)
		return -1;
	buffer_printf(out, " rootfstype=%s", host->mount.type);
	add_flags(host, fstab, out);
	buffer_text(out, "\n");
	return 0;
}

int host_write_words(const struct host_root *host, struct buffer *out)
{
	struct fstab_root fstab = read_fstab(host);
	int result = write_words(host, &fstab, out);

	free(fstab.spec);
	free(fstab.options);
	return result;
}
