// SPDX-License-Identifier: MIT
/* mounts.c - mounts what rdinit.mount= asks for, before a program runs. */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "init/boot.h"
#include "init/mount/mount.h"
#include "init/pure/find.h"
#include "init/pure/format.h"
#include "init/pure/fstab.h"
#include "init/pure/mountopts.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

enum last_name { LAST_IS_DIRECTORY, LAST_IS_FILE };

/* As mkdir -p. `path` is as before afterwards. */
static int make_path(char *path, enum last_name last)
{
	int error = 0;

	for (char *at = path; at && (!error || error == -EEXIST);) {
		at = strchr(at + 1, '/');
		if (at)
			*at = '\0';
		error = at || last == LAST_IS_DIRECTORY ? sys_mkdir(path, 0755)
							: sys_mknod(path, S_IFREG | 0644, 0, 0);
		if (at)
			*at = '/';
	}
	return error == -EEXIST ? 0 : error;
}

/* A file is mounted on a file. */
static int make_target(const struct fstab_line *line, const struct mount_options *options)
{
	struct stat source;
	int error = options->is_bind ? sys_stat(line->source, &source) : 0;

	if (error)
		return log_err(error, "mount %s on %s", line->source, line->target);
	error = make_path((char *)line->target, options->is_bind && !S_ISDIR(source.st_mode)
							? LAST_IS_FILE
							: LAST_IS_DIRECTORY);
	return error ? log_err(error, "make %s", line->target) : 0;
}

/* The directory that an option of overlayfs names: it does not make its own. */
static int make_layer(const char *options, const char *name)
{
	char *path = text_find(options, name), *end, after;
	int error;

	if (!path)
		return 0;
	path += strlen(name);
	end = path + strcspn(path, ",");
	after = *end;
	*end = '\0';
	error = make_path(path, LAST_IS_DIRECTORY);
	if (error)
		log_err(error, "make %s", path);
	*end = after;
	return error;
}

/* The kernel ignores the flags of a bind mount until it is remounted (mount(2)). */
static int bind(const struct mount_call *call)
{
	int error = sys_mount(call->source, call->target, NULL, MS_BIND | MS_REC, NULL);

	if (!error && call->flags)
		error = sys_mount(NULL, call->target, NULL, MS_BIND | MS_REMOUNT | call->flags,
				  NULL);
	return error;
}

static int mount_new(struct boot *boot, const struct fstab_line *line,
		     const struct mount_options *options)
{
	const struct mount_call call = { line->source, line->target, line->type, options->text,
					 options->flags };
	int error = root_mount_share(&boot->root, &call);

	if (error <= 0)
		return error;
	error = options->is_bind ? bind(&call) : mount_with_driver(&boot->modules, &call, NULL);
	return error ? log_err(error, "mount %s on %s", line->source, line->target) : 0;
}

static int mount_line(struct boot *boot, const struct fstab_line *line,
		      const struct mount_options *options)
{
	int error = make_target(line, options);

	if (!error)
		error = make_layer(options->text, "upperdir=");
	if (!error)
		error = make_layer(options->text, "workdir=");
	return error ? error : mount_new(boot, line, options);
}

/* A line with nofail may fail, as in fstab(5). */
static int mount_text(struct boot *boot, char *text)
{
	struct fstab_line line = { 0 };
	struct mount_options options;
	int error;

	if (fstab_parse(text, &line) != FSTAB_LINE || line.target[0] != '/')
		return log_err(-EINVAL,
			       "parse rdinit.mount=%s: expected \"SOURCE DIR TYPE [OPTIONS]\" and "
			       "an absolute DIR",
			       text);
	mountopts_parse(line.options, &options);
	error = mount_line(boot, &line, &options);
	if (error && options.is_optional)
		log_print(LOG_WARNING, "going on without %s: its line has nofail", line.target);
	return options.is_optional ? 0 : error;
}

int mounts_make(struct boot *boot)
{
	const struct text_list *lines = &boot->settings.mount_lines;
	int error = 0;

	for (int i = 0; i < lines->count && !error; i++)
		error = mount_text(boot, (char *)lines->all[i]);
	return error;
}
