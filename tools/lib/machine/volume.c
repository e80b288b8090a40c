// SPDX-License-Identifier: MIT
/* volume.c - a directory or file of this machine at a path of the guest, or a tmpfs. */
#include "tools/lib/machine/volume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/pure/count.h"
#include "tools/lib/base/error.h"
#include "tools/lib/base/mem.h"
#include "tools/lib/base/path.h"
#include "tools/lib/machine/host_tree.h"
#include "tools/lib/recipe/recipe_option.h"

#define SHARE "/run/rdinit/volumes" /* in the guest: where the share is mounted */
#define CHANGES "/run/rdinit/changes" /* what is written to overlays */

/* --- the text --- */

static int usage(const char *text, const char *why)
{
	return error_usage("run", "-v %s: %s", shown(text), why);
}

static bool parse_mode(const char *text, enum volume_mode *mode)
{
	static const char *const names[] = { "rw", "ro", "overlay" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(text, names[i])) {
			*mode = (enum volume_mode)i;
			return true;
		}
	return false;
}

/* A bare name is a volume of docker's own, which would be an empty directory somewhere else. */
static bool is_path(const char *text)
{
	return strchr(text, '/') || !strcmp(text, ".") || !strcmp(text, "..");
}

static int split(const char *text, char *copy, struct volume *volume)
{
	char *guest = strchr(copy, ':'), *mode = guest ? strchr(guest + 1, ':') : NULL;
	const char *why;

	if (!guest)
		return usage(text, "expected HOST:GUEST[:rw|ro|overlay] (the option that prints "
				   "the kernel's messages is --verbose)");
	*guest++ = '\0';
	if (mode)
		*mode++ = '\0';
	if (mode && !parse_mode(mode, &volume->mode))
		return usage(text, "after the second colon expected rw, ro or overlay");
	if (!is_path(copy))
		return error_usage("run",
				   "-v %s: for the directory \"%s\" of the current one write ./%s",
				   shown(text), shown(copy), shown(copy));
	volume->guest = *guest == '/' ? path_clean(guest, &why) : NULL;
	if (!volume->guest) {
		usage(text, "the path in the guest must begin with /, and be without ..");
		return 2;
	}
	volume->host = xstrdup(copy);
	return 0;
}

/* --- one volume --- */

static int check_file(const char *option, struct volume *volume)
{
	struct stat st;
	int err;

	if (stat(volume->host, &st)) {
		err = errno;
		error_errno(err, "%s: share %s%s", option, shown(volume->host),
			    err == ENOENT ? " (make it first)" : "");
		return 1;
	}
	volume->is_file = S_ISREG(st.st_mode);
	if (!volume->is_file && !S_ISDIR(st.st_mode)) {
		error("%s: share %s: neither a directory nor a regular file", option,
		      shown(volume->host));
		return 1;
	}
	if (volume->is_file && volume->mode == VOLUME_OVERLAY) {
		error("%s: share %s: a file cannot be an overlay; use ro, or share its directory",
		      option, shown(volume->host));
		return 1;
	}
	if (access(volume->host, volume->is_file ? R_OK : R_OK | X_OK)) {
		error_errno(errno, "%s: share %s", option, shown(volume->host));
		return 1;
	}
	return 0;
}

static int keep(struct volumes *volumes, const char *option, struct volume volume)
{
	int status = 0;

	volumes->list = xreallocarray(volumes->list, volumes->count + 1, sizeof(*volumes->list));
	volumes->list[volumes->count++] = volume;
	if (!strcmp(volume.guest, "/"))
		status = error_usage("run",
				     "%s: nothing can be shared at / of the guest; the "
				     "option for its root is --root %s",
				     option, shown(volume.host));
	else if (volumes->count > VOLUMES_MAX)
		status = error_usage("run",
				     "%s: more than %d directories; share one that contains "
				     "them",
				     option, VOLUMES_MAX);
	if (status || volume.mode == VOLUME_EMPTY)
		return status;
	return check_file(option, &volumes->list[volumes->count - 1]);
}

int volumes_add(struct volumes *volumes, const char *text)
{
	struct volume volume = { .mode = VOLUME_WRITABLE };
	char *copy = xstrdup(text);
	int status = split(text, copy, &volume);

	free(copy);
	return status ? status : keep(volumes, "-v", volume);
}

/* Its symlinks stay: the guest may have them, too. */
int volumes_add_writable(struct volumes *volumes, const char *path)
{
	struct volume volume = { .mode = VOLUME_WRITABLE };
	char *directory = *path == '/' ? NULL : getcwd(NULL, 0), *joined;
	const char *why;

	if (*path != '/' && !directory) {
		error_errno(errno, "--rw %s: the current directory", shown(path));
		return 1;
	}
	joined = directory ? xasprintf("%s/%s", directory, path) : xstrdup(path);
	free(directory);
	volume.guest = path_clean(joined, &why);
	if (!volume.guest) { /* with "..", which a guest may resolve to another directory */
		free(joined);
		joined = realpath(path, NULL);
		volume.guest = joined ? path_clean(joined, &why) : xstrdup(path);
	}
	volume.host = joined ? joined : xstrdup(path);
	return keep(volumes, "--rw", volume);
}

/* As docker's, but that programs may be in it: it is the caller's own machine. */
int volumes_add_empty(struct volumes *volumes, const char *text)
{
	struct volume volume = { .mode = VOLUME_EMPTY };
	size_t len = strcspn(text, ":");
	char *path = xstrndup(text, len);
	const char *why;

	volume.guest = *path == '/' ? path_clean(path, &why) : NULL;
	free(path);
	if (!volume.guest || !strcmp(volume.guest, "/")) {
		free(volume.guest);
		return error_usage(
			"run",
			"--tmpfs %s: expected DIR[:OPTIONS] with a directory that begins "
			"with /, is not / and has no .., as /scratch:size=1g",
			shown(text));
	}
	volume.host = xasprintf("nosuid,nodev,mode=1777%s%s", text[len] ? "," : "",
				text[len] ? text + len + 1 : "");
	return keep(volumes, "--tmpfs", volume);
}

/* --- all of them --- */

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct volume *)a)->guest, ((const struct volume *)b)->guest);
}

static const char *name_of(const struct volume *volume)
{
	return volume->mode == VOLUME_EMPTY ? "a tmpfs" : shown(volume->host);
}

int volumes_check(struct volumes *volumes)
{
	if (volumes->count)
		qsort(volumes->list, volumes->count, sizeof(*volumes->list), compare);
	for (size_t i = 1; i < volumes->count; i++)
		if (!compare(&volumes->list[i - 1], &volumes->list[i]))
			return error_usage("run", "-v: %s and %s are both for %s of the guest",
					   name_of(&volumes->list[i - 1]),
					   name_of(&volumes->list[i]),
					   shown(volumes->list[i].guest));
	return 0;
}

bool volumes_have(const struct volumes *volumes, enum volume_mode mode)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (volumes->list[i].mode == mode)
			return true;
	return false;
}

bool volumes_are_shared(const struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (volumes->list[i].mode != VOLUME_EMPTY)
			return true;
	return false;
}

void volumes_free(struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++) {
		free(volumes->list[i].host);
		free(volumes->list[i].guest);
	}
	free(volumes->list);
	*volumes = (struct volumes){ 0 };
}

/* --- in the guest --- */

/* What separates fields, begins an escape or ends a parameter: as fstab(5) writes it. */
static char *escape(const char *path)
{
	struct buffer text = { 0 };

	for (; *path; path++) {
		if (strchr(" \t\n\\\"", *path))
			buffer_printf(&text, "\\%03o", (unsigned int)*path);
		else
			buffer_add(&text, path, 1);
	}
	return text.data;
}

static int add_line(struct recipe *recipe, char *line)
{
	char *parameter = xasprintf("\"rdinit.mount=%s\"", line);
	int result = recipe_line(recipe, "-v", (const char *[]){ "cmdline", parameter, NULL });

	free(parameter);
	free(line);
	return result;
}

static int add_volume(struct recipe *recipe, const struct volume *volume, size_t i)
{
	char *guest = escape(volume->guest), *options;
	int result;

	if (volume->mode == VOLUME_EMPTY) {
		options = escape(volume->host);
		result = add_line(recipe, xasprintf("tmpfs %s tmpfs %s", guest, options));
		free(options);
	} else if (volume->mode == VOLUME_OVERLAY)
		result = add_line(recipe, xasprintf("overlay %s overlay lowerdir=" SHARE
						    "/%zu,upperdir=" CHANGES
						    "/%zu/upper,workdir=" CHANGES "/%zu/work",
						    guest, i, i, i));
	else
		result = add_line(recipe, xasprintf(SHARE "/%zu %s none bind%s", i, guest,
						    volume->mode == VOLUME_READ_ONLY ? ",ro" : ""));
	free(guest);
	return result;
}

int volumes_recipe(const struct volumes *volumes, struct recipe *recipe)
{
	int result = 0;

	if (!volumes->count)
		return 0;
	if (volumes_are_shared(volumes))
		result |= add_line(recipe, xstrdup(VOLUMES_TAG " " SHARE " virtiofs"));
	if (volumes_have(volumes, VOLUME_OVERLAY))
		result |= add_line(recipe, xstrdup("tmpfs " CHANGES " tmpfs mode=0755"));
	for (size_t i = 0; i < volumes->count; i++)
		result |= add_volume(recipe, &volumes->list[i], i);
	return result;
}
