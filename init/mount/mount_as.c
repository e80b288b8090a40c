// SPDX-License-Identifier: MIT
/* mount_as.c - mounts a device as one of the file systems that it may be. */
#include "init/mount/mount.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "init/pure/finding.h"
#include "init/pure/format.h"
#include "init/pure/fslist.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#define FILESYSTEMS_MAX 4096 /* bytes of /proc/filesystems; Debian's is 600 */
#define TRIED_MAX 300 /* bytes: a line of the log */

static int mount_as(const struct mount_attempt *attempt, const char *type, unsigned long more_flags)
{
	const struct mount_call call = { attempt->source->device, attempt->target, type,
					 attempt->options,
					 attempt->flags | MS_SILENT | more_flags };

	return mount_with_driver(attempt->modules, &call, NULL);
}

/* EACCES and EROFS say that the device is write-protected: mounted read-only rather than not at
 * all, as the kernel does with its own root. */
static int try(const struct mount_attempt *attempt, const char *type)
{
	int error = mount_as(attempt, type, 0);

	if ((error == -EACCES || error == -EROFS) && !(attempt->flags & MS_RDONLY) &&
	    attempt->writing == WRITING_IF_POSSIBLE) {
		error = mount_as(attempt, type, MS_RDONLY);
		if (!error)
			log_print(LOG_WARNING, "%s is write-protected: mounted read-only",
				  attempt->source->device);
	}
	return error;
}

/* The error that is logged, of several: anything but "not mine" (EINVAL) and "no such type"
 * (ENODEV). */
static int weightier(int kept, int error)
{
	return kept == 0 || error == -ETIMEDOUT || kept == -ENODEV ||
			       (kept == -EINVAL && error != -ENODEV)
		       ? error
		       : kept;
}

static int try_all(const struct mount_attempt *attempt, const char **types, int count)
{
	const char *device = attempt->source->device;
	char tried[TRIED_MAX] = "";
	int kept = 0;

	/* A device that did not answer once is asked no more. */
	for (int i = 0; i < count && kept != -ETIMEDOUT; i++) {
		size_t used = strlen(tried);
		int error = try(attempt, types[i]);

		if (!error && count > 1)
			log_print(LOG_INFO, "%s as %s", device, types[i]);
		if (!error)
			return 0;
		kept = weightier(kept, error);
		format_text(tried + used, sizeof(tried) - used, "%s%s", i ? ", " : "", types[i]);
	}
	return log_err(kept ? kept : -ENODEV, "mount %s on %s as %s", device,
		       attempt->shown ? attempt->shown : attempt->target,
		       count ? tried : "anything: this kernel knows no block file system");
}

static int list_types(const char *asked, char *text, size_t size, const char **types)
{
	int left_out, count = 0;
	long len;

	if (asked) {
		if (strlen(asked) >= size)
			return log_err(-E2BIG, "read rootfstype=");
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
		log_print(LOG_WARNING, "%d file systems more than can be tried", left_out);
	return count;
}

/* The name of the module that is missing, which the table of hints cannot know. */
static int name_driver(const struct format_info *format, int error)
{
	if (error == -ENODEV && format->module)
		log_print(LOG_ERROR,
			  "hint: what is there is %s: its driver is CONFIG_%s, or the "
			  "module %s (rdinit pack --module %s)",
			  format->title, format->symbol, format->module, format->module);
	return error;
}

int mount_as_any(const struct mount_attempt *attempt)
{
	const struct format_info format = format_info(attempt->source->format);
	char text[FILESYSTEMS_MAX];
	const char *types[FSLIST_MAX];
	int count = list_types(attempt->types ? attempt->types : format.mount_as, text,
			       sizeof(text), types);

	return count < 0 ? count : name_driver(&format, try_all(attempt, types, count));
}

const char *mount_options_of(const struct source *source, const char *own, char *text, size_t size)
{
	if (!own || !own[0])
		return source->members[0] ? source->members : NULL;
	if (!source->members[0])
		return own;
	format_text(text, size, "%s,%s", source->members, own);
	return text;
}
