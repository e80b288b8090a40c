/* root_mount.c - mounts the root on /newroot. */
#include <errno.h>
#include <sys/mount.h>

#include "init/pure/format.h"
#include "init/root.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

const char *root_options(const struct place *place, const char *own, char *text, size_t size)
{
	if (!place->members[0])
		return own;
	format_text(text, size, "%s%s%s", place->members, own ? "," : "", own ? own : "");
	return text;
}

static int mount_root(struct boot *boot, const char *target)
{
	const struct settings *settings = &boot->settings;
	int is_read_only = settings->root_access == ROOT_READ_ONLY || settings->overlay;
	char options[MEMBERS_MAX + COMMAND_LINE_MAX];
	struct attempt attempt = {
		.boot = boot,
		.place = &boot->root,
		.target = target,
		.types = settings->rootfstype,
		.options = root_options(&boot->root, settings->rootflags, options, sizeof(options)),
		.flags = is_read_only ? MS_RDONLY : 0,
	};
	int error = root_share(boot, target, attempt.flags | MS_SILENT);

	if (error <= 0)
		return error;
	error = settings->overlay ? 0 : root_check(boot, &boot->root, settings->rootfstype);
	return error ? error : root_try(&attempt);
}

static int root_of_ram(struct boot *boot)
{
	int copy = root_ram_device(&boot->root);

	return copy < 0 ? copy : root_loop_carry(boot, copy, RAM);
}

int root_mount(struct boot *boot)
{
	int error = sys_mkdir(NEWROOT, 0755);

	if (error && error != -EEXIST)
		return log_err(error, "make " NEWROOT);
	if (boot->settings.overlay || boot->settings.loop || boot->settings.toram)
		error = root_overlay_folders(boot);
	else
		error = 0;
	if (!error && boot->settings.loop)
		error = root_loop(boot);
	else if (!error && boot->settings.toram)
		error = root_of_ram(boot);
	if (error)
		return error;
	if (!boot->settings.overlay)
		return mount_root(boot, NEWROOT);
	error = mount_root(boot, LOWER);
	return error ? error : root_overlay(boot);
}
