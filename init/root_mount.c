/* root_mount.c - mounts the root on /newroot. */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "init/module.h"
#include "init/pure/finding.h"
#include "init/pure/format.h"
#include "init/pure/fslist.h"
#include "init/root.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define FILESYSTEMS_MAX 4096 /* bytes of /proc/filesystems; Debian's is 600 */
#define TRIED_MAX 300 /* bytes: a line of the log */

struct attempt {
	struct boot *boot;
	const char *device, *target, *options;
	unsigned long flags;
};

/* As the kernel itself would, had it a program to ask. */
static int ask_for(struct boot *boot, const char *type)
{
	char alias[64];

	format_text(alias, sizeof(alias), "fs-%s", type);
	return drivers_ask(boot, alias);
}

/* EACCES and EROFS say that the device is write-protected: mounted read-only rather than not at
 * all, as the kernel does with its own root. */
static int try(struct attempt *attempt, const char *type)
{
	int error =
		sys_mount(attempt->device, attempt->target, type, attempt->flags, attempt->options);

	if (error == -ENODEV && ask_for(attempt->boot, type))
		error = sys_mount(attempt->device, attempt->target, type, attempt->flags,
				  attempt->options);
	if ((error == -EACCES || error == -EROFS) && !(attempt->flags & MS_RDONLY)) {
		error = sys_mount(attempt->device, attempt->target, type,
				  attempt->flags | MS_RDONLY, attempt->options);
		if (!error)
			log_say(LOG_WARNING, "%s is write-protected: mounted read-only",
				attempt->device);
	}
	return error;
}

/* Of several errors the one that says most: anything but "not mine" (EINVAL) and "no such type"
 * (ENODEV). */
static int weightier(int kept, int error)
{
	return kept == 0 || kept == -ENODEV || (kept == -EINVAL && error != -ENODEV) ? error : kept;
}

static int try_all(struct attempt *attempt, const char **types, int count)
{
	char tried[TRIED_MAX] = "";
	int kept = 0;

	for (int i = 0; i < count; i++) {
		size_t used = strlen(tried);
		int error = try(attempt, types[i]);

		if (!error && count > 1)
			log_say(LOG_INFO, "%s as %s", attempt->device, types[i]);
		if (!error)
			return 0;
		kept = weightier(kept, error);
		format_text(tried + used, sizeof(tried) - used, "%s%s", i ? ", " : "", types[i]);
	}
	return log_err(kept ? kept : -ENODEV, "mount %s on %s as %s", attempt->device,
		       attempt->target,
		       count ? tried : "anything: this kernel knows no block file system");
}

/* rootfstype= comes first, then what the probe found, then all that the kernel knows. */
static const char *types_known(const struct boot *boot)
{
	if (boot->settings.rootfstype)
		return boot->settings.rootfstype;
	return format_info(boot->root.finding.format)->mount_as;
}

static int list_types(const char *asked, char *text, size_t size, const char **types)
{
	int left_out, count = 0;
	long len;

	if (asked) {
		if (strlen(asked) >= size)
			return log_err(-E2BIG, "take rootfstype=");
		memcpy(text, asked, strlen(asked) + 1);
		count = fslist_split(text, types, &left_out);
	}
	if (count == 0) {
		len = file_read("/proc/filesystems", text, size);
		if (len < 0)
			return log_err((int)len, "read /proc/filesystems");
		count = fslist_parse(text, types, &left_out);
	}
	if (left_out)
		log_say(LOG_WARNING, "%d file systems more than can be tried", left_out);
	return count;
}

/* The name of the module that is missing, which the table of hints cannot know. */
static int name_driver(const struct boot *boot, int error)
{
	const char *module = format_info(boot->root.finding.format)->module;

	if (error == -ENODEV && module)
		log_say(LOG_ERROR,
			"hint: what is there is %s: its driver is CONFIG_%s, or the "
			"module %s (rdinit pack --module %s)",
			format_info(boot->root.finding.format)->title,
			format_info(boot->root.finding.format)->symbol, module, module);
	return error;
}

/* NULL: none. */
static const char *join_options(const struct boot *boot, char *text, size_t size)
{
	const char *own = boot->settings.rootflags, *members = boot->root.members;

	if (!members[0])
		return own;
	format_text(text, size, "%s%s%s", members, own ? "," : "", own ? own : "");
	return text;
}

static int mount_root(struct boot *boot, const char *target)
{
	const struct settings *settings = &boot->settings;
	int is_read_only = settings->root_access == ROOT_READ_ONLY || settings->overlay;
	char text[FILESYSTEMS_MAX], options[MEMBERS_MAX + COMMAND_LINE_MAX];
	const char *types[FSLIST_MAX];
	struct attempt attempt = {
		.boot = boot,
		.device = boot->root.device,
		.target = target,
		.options = join_options(boot, options, sizeof(options)),
		.flags = is_read_only ? MS_RDONLY | MS_SILENT : MS_SILENT,
	};
	int count, error = root_share(boot, target, attempt.flags);

	if (error <= 0)
		return error;
	count = list_types(types_known(boot), text, sizeof(text), types);
	return count < 0 ? count : name_driver(boot, try_all(&attempt, types, count));
}

int root_mount(struct boot *boot)
{
	int error = sys_mkdir(NEWROOT, 0755);

	if (error && error != -EEXIST)
		return log_err(error, "make " NEWROOT);
	error = boot->settings.overlay || boot->settings.loop ? root_overlay_folders(boot) : 0;
	if (!error && boot->settings.loop)
		error = root_loop(boot);
	if (error)
		return error;
	if (!boot->settings.overlay)
		return mount_root(boot, NEWROOT);
	error = mount_root(boot, LOWER);
	return error ? error : root_overlay(boot);
}
