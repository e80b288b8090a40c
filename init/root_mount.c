// SPDX-License-Identifier: MIT
/* root_mount.c - mounts the root on /newroot. */
#include <errno.h>
#include <sys/mount.h>

#include "init/pure/format.h"
#include "init/root/root.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

const char *root_options(const struct source *source, const char *own, char *text, size_t size)
{
	if (!own || !own[0])
		return source->members[0] ? source->members : NULL;
	if (!source->members[0])
		return own;
	format_text(text, size, "%s,%s", source->members, own);
	return text;
}

int root_propagate(const char *target, unsigned long propagation)
{
	int error = propagation ? sys_mount(NULL, target, NULL, propagation, NULL) : 0;

	return error ? log_err(error, "change how mounts on %s propagate", target) : 0;
}

static int mount_root(struct boot *boot, const char *target)
{
	const struct settings *settings = &boot->settings;
	int is_read_only = settings->root_access == MOUNT_READ_ONLY || settings->overlay;
	unsigned long flags = settings->root_mount.flags | (is_read_only ? MS_RDONLY : 0);
	char options[MEMBERS_MAX + COMMAND_LINE_MAX];
	struct attempt attempt = {
		.boot = boot,
		.source = &boot->root,
		.target = target,
		.types = settings->rootfstype,
		.options = root_options(&boot->root, settings->root_mount.text, options,
					sizeof(options)),
		.flags = flags,
	};
	int error = root_share(boot, target, flags | MS_SILENT);

	if (error > 0) {
		error = settings->overlay ? 0 : root_check(boot, &boot->root, settings->rootfstype);
		error = error ? error : root_mount_as(&attempt);
	}
	return error ? error : root_propagate(target, settings->root_mount.propagation);
}

static int check_flags(const struct mount_options *options)
{
	return options->is_bind
		       ? log_err(-EINVAL, "parse rootflags=: bind, move and remount make no "
					  "root of a device")
		       : 0;
}

int root_mount(struct boot *boot)
{
	int error = check_flags(&boot->settings.root_mount);

	if (error)
		return error;
	error = sys_mkdir(NEWROOT, 0755);
	if (error && error != -EEXIST)
		return log_err(error, "make " NEWROOT);
	if (!boot->settings.overlay)
		return mount_root(boot, NEWROOT);
	/* Where the root is a file or a copy, root-find needed them. */
	error = boot->settings.loop || boot->settings.toram ? 0 : root_make_directories(boot);
	if (error)
		return error;
	error = mount_root(boot, LOWER);
	return error ? error : root_overlay(boot);
}
