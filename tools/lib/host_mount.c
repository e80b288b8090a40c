/* host_mount.c - the mounted root of a host: its device, and the words that let /init mount it. */
#include <blkid/blkid.h>
#include <errno.h>
#include <glob.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/error.h"
#include "tools/lib/host.h"
#include "tools/lib/mem.h"
#include "tools/lib/mountinfo.h"
#include "tools/lib/path.h"

#define MOUNTINFO "/proc/self/mountinfo"

/* Options of fstab that a file system takes at its first mount alone. All others are set when the
 * root mounts itself again, and some of them (noatime, errors=) are none of the file system's. */
static const struct {
	const char *type, *option;	/* with "=" at the end, where it has a value */
} first_options[] = {
	{ "btrfs", "subvol=" },	 { "btrfs", "subvolid=" },    { "btrfs", "degraded" },
	{ "ext3", "data=" },	 { "ext4", "data=" },	      { "ext4", "journal_path=" },
	{ "ext4", "inlinecrypt" }, { "xfs", "logdev=" },	      { "xfs", "rtdev=" },
	{ "xfs", "uquota" },	 { "xfs", "gquota" },	      { "xfs", "pquota" },
	{ "xfs", "usrquota" },	 { "xfs", "grpquota" },	      { "xfs", "prjquota" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is known of the root; the texts of `mount` point into `text`. */
struct found {
	const char *root;
	char *text;
	struct mountinfo mount;
	char *name;		/* of the block device: "sda2" */
	char *spec, *options;	/* of fstab, or NULL */
};

static int find_mount(struct found *found)
{
	struct mountinfo line;
	int has_root = 0, usr = 0;
	char *rest;

	found->text = host_text(found->root, MOUNTINFO);
	if (!found->text)
		return error_errno(errno, "host %s" MOUNTINFO, shown(found->root));
	rest = found->text;
	while (mountinfo_next(&rest, &line)) {
		if (!strcmp(line.target, "/")) {
			found->mount = line; /* the last one is on top */
			has_root = 1;
		}
		usr |= !strcmp(line.target, "/usr") && has_root &&
		       (line.major != found->mount.major || line.minor != found->mount.minor);
	}
	if (!has_root)
		return error("host %s" MOUNTINFO ": nothing is mounted at /", shown(found->root));
	if (usr)
		return error("host: its /usr is a file system of its own, which /init does not mount; "
			     "keep the distribution's initramfs");
	return 0;
}

/* "/dev/mapper/vg-root" as "dm-0". Below --host-root the node may be a file of any kind: what
 * counts is where its symlinks lead. */
static char *name_of_source(const struct found *found)
{
	char *path = xasprintf("%s%s", found->root, found->mount.source);
	char *real = realpath(path, NULL), *name;

	name = xstrdup(path_name(real ? real : path));
	free(real);
	free(path);
	return name;
}

/* Where sysfs has the root's device; malloc'd. */
static char *sysfs_place(const struct found *found)
{
	const struct mountinfo *mount = &found->mount;
	char *name, *place;

	if (mount->major)
		return xasprintf("dev/block/%u:%u", mount->major, mount->minor);
	name = name_of_source(found);
	place = xasprintf("class/block/%s", name);
	free(name);
	return place;
}

static int refuse_type(const struct found *found)
{
	const struct mountinfo *mount = &found->mount;

	if (mount->major || (!strcmp(mount->type, "btrfs") && mount->source[0] == '/'))
		return 0;
	return error("host: its root is %s (%s), on no block device: this is a container, a live "
		     "system or a network root, for which pack takes no defaults from the host",
		     shown(mount->type), shown(mount->source));
}

/* The names of crypttab, for the message. */
static char *crypttab_names(const char *root)
{
	char *text = host_text(root, "/etc/crypttab"), *state = text;
	struct buffer names = { NULL, 0, 0 };
	char *line;

	while (text && (line = strtok_r(NULL, "\n", &state))) {
		line += strspn(line, " \t");
		if (*line && *line != '#')
			buffer_printf(&names, "%s%.*s", names.len ? ", " : "",
				      (int)strcspn(line, " \t"), line);
	}
	free(text);
	return names.data;
}

static int refuse_stack(const struct found *found, enum host_stack stack)
{
	for (unsigned int bit = 1; bit <= HOST_LOOP; bit <<= 1) {
		char *names;

		if (!(stack & bit))
			continue;
		names = bit == HOST_LUKS ? crypttab_names(found->root) : NULL;
		error("host: its root is on %s%s%s%s, which /init does not put together; keep the "
		      "distribution's initramfs", host_stack_name(bit),
		      names ? " (crypttab: " : "", names ? shown(names) : "", names ? ")" : "");
		free(names);
		return -1;
	}
	return 0;
}

static void read_fstab(struct found *found)
{
	char *path = xasprintf("%s/etc/fstab", found->root);
	FILE *in = setmntent(path, "re");
	struct mntent *entry;

	while (in && (entry = getmntent(in))) {
		if (strcmp(entry->mnt_dir, "/") != 0)
			continue;
		free(found->spec);
		free(found->options);
		found->spec = xstrdup(entry->mnt_fsname);
		found->options = xstrdup(entry->mnt_opts);
	}
	if (in)
		endmntent(in);
	free(path);
}

/* The UUID by which udev links to the device; malloc'd, or NULL. */
static char *uuid_link(const struct found *found)
{
	char *pattern = xasprintf("%s/dev/disk/by-uuid/*", found->root), *uuid = NULL;
	glob_t links;

	if (!glob(pattern, 0, NULL, &links)) {
		for (size_t i = 0; i < links.gl_pathc && !uuid; i++) {
			char *real = realpath(links.gl_pathv[i], NULL);

			if (real && !strcmp(path_name(real), found->name))
				uuid = xstrdup(path_name(links.gl_pathv[i]));
			free(real);
		}
		globfree(&links);
	}
	free(pattern);
	return uuid;
}

/* The same from the file system itself, where there is no udev; only root may read it. */
static char *uuid_inside(const struct found *found)
{
	char *path = xasprintf("%s/dev/%s", found->root, found->name), *uuid = NULL;
	blkid_probe probe = blkid_new_probe_from_filename(path);
	const char *value;

	if (probe && !blkid_do_safeprobe(probe) &&
	    !blkid_probe_lookup_value(probe, "UUID", &value, NULL))
		uuid = xstrdup(value);
	blkid_free_probe(probe);
	free(path);
	return uuid;
}

/* What names the root: fstab's word, which is the administrator's; else what does not change when
 * a disk comes or goes. malloc'd. */
static char *spec_of(const struct found *found)
{
	char *uuid, *spec;

	if (found->spec && strcmp(found->spec, "/dev/root") != 0)
		return xstrdup(found->spec);
	uuid = uuid_link(found);
	if (!uuid)
		uuid = uuid_inside(found);
	if (uuid) {
		spec = xasprintf("UUID=%s", uuid);
	} else {
		spec = xasprintf("/dev/%s", found->name);
		warning("host: neither fstab nor /dev/disk/by-uuid names the root: root=%s, which "
			"another disk may be after the next boot", shown(spec));
	}
	free(uuid);
	return spec;
}

static int is_first_option(const char *type, const char *option)
{
	for (size_t i = 0; i < COUNT(first_options); i++) {
		const char *name = first_options[i].option;
		size_t len = strlen(name);

		if (!strcmp(first_options[i].type, type) && !strncmp(option, name, len) &&
		    (name[len - 1] == '=' || !option[len]))
			return 1;
	}
	return 0;
}

/* Appends " rootflags=..." where there is something to say. */
static void add_flags(const struct found *found, struct buffer *words)
{
	char *options = xstrdup(found->options ? found->options : ""), *state = NULL;
	const struct mountinfo *mount = &found->mount;
	struct buffer flags = { NULL, 0, 0 };

	for (char *option = strtok_r(options, ",", &state); option;
	     option = strtok_r(NULL, ",", &state))
		if (is_first_option(mount->type, option))
			buffer_printf(&flags, "%s%s", flags.len ? "," : "", option);
	if (!strcmp(mount->type, "btrfs") && strcmp(mount->root, "/") != 0 &&
	    !(flags.len && strstr(flags.data, "subvol")))
		buffer_printf(&flags, "%ssubvol=%s", flags.len ? "," : "", mount->root);
	if (flags.len)
		buffer_printf(words, " rootflags=%s", flags.data);
	buffer_free(&flags);
	free(options);
}

/* Words of the kernel's line have no blanks here: LABEL= of fstab may, and gets quotes. */
static int write_words(const struct found *found, struct buffer *words)
{
	char *spec = spec_of(found);
	int result = 0;

	if (strpbrk(spec, "\"\n"))
		result = error("host: fstab's root %s: the kernel's line takes no such letters",
			       shown(spec));
	else
		buffer_printf(words, strpbrk(spec, " \t") ? "\"root=%s\"" : "root=%s", spec);
	buffer_printf(words, " rootfstype=%s", found->mount.type);
	add_flags(found, words);
	buffer_text(words, "\n");
	free(spec);
	return result;
}

static int add_found(struct found *found, struct modules *modules, const char *why,
		     struct buffer *words)
{
	enum host_stack stack = HOST_PLAIN;
	char *place, *link, *real;
	int result;

	if (refuse_type(found))
		return -1;
	place = sysfs_place(found);
	result = host_add_block(modules, found->root, place, why, &stack);
	link = xasprintf("%s/sys/%s", found->root, place);
	real = realpath(link, NULL);
	found->name = xstrdup(path_name(real ? real : link));
	free(real);
	free(link);
	free(place);
	if (result || refuse_stack(found, stack) || host_add_fs(modules, found->mount.type, why))
		return -1;
	read_fstab(found);
	return write_words(found, words);
}

int host_add_mounted_root(struct modules *modules, const char *root, const char *why,
			  struct buffer *words)
{
	struct found found = { .root = root };
	int result = find_mount(&found);

	if (!result)
		result = add_found(&found, modules, why, words);
	free(found.text);
	free(found.name);
	free(found.spec);
	free(found.options);
	return result;
}

char *host_mounted_type(const char *root, unsigned int major, unsigned int minor)
{
	char *text = host_text(root, MOUNTINFO), *rest = text, *type = NULL;
	struct mountinfo line;

	while (text && !type && mountinfo_next(&rest, &line))
		if (line.major == major && line.minor == minor)
			type = xstrdup(line.type);
	free(text);
	return type;
}
