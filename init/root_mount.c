// SPDX-License-Identifier: MIT
/* root_mount.c - mounts the root on /newroot. */
#include <errno.h>
#include <sys/mount.h>

#include "init/boot.h"
#include "init/mount/mount.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

int check_source(struct boot *boot, const struct source *source, const char *types)
{
	int error = root_check(&boot->root, source, types);

	if (error != ROOT_WANTS_RESTART)
		return error;
	boot->settings.exit = POWER_REBOOT;
	boot->power_action = POWER_REBOOT;
	log_step("power");
	power(boot);
	return error; /* not reached */
}

static int mount_root(struct boot *boot, const char *target)
{
	const struct settings *settings = &boot->settings;
	int is_read_only = settings->root_access == MOUNT_READ_ONLY || settings->overlay;
	unsigned long flags = settings->root_mount.flags | (is_read_only ? MS_RDONLY : 0);
	char options[MEMBERS_MAX + COMMAND_LINE_MAX];
	struct mount_attempt attempt = {
		.modules = &boot->modules,
		.source = &boot->root.source,
		.target = target,
		.types = settings->rootfstype,
		.options = mount_options_of(&boot->root.source, settings->root_mount.text, options,
					    sizeof(options)),
		.flags = flags,
	};
	int error = root_share(&boot->root, target, flags | MS_SILENT);

	if (error > 0) {
		error = settings->overlay
				? 0
				: check_source(boot, &boot->root.source, settings->rootfstype);
		error = error ? error : mount_as_any(&attempt);
	}
	return error ? error : mount_propagate(target, settings->root_mount.propagation);
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
	error = mount_root(boot, LOWER);
	return error ? error : root_overlay(&boot->root);
}
