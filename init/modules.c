/* modules.c - the image's kernel modules, in the order that the packer found. */
#include <errno.h>
#include <fcntl.h>
#include <linux/module.h>
#include <string.h>

#include "init/boot.h"
#include "init/pure/format.h"
#include "init/pure/modlist.h"
#include "init/sys/file.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

#ifndef MODULE_INIT_COMPRESSED_FILE
#define MODULE_INIT_COMPRESSED_FILE 4 /* linux/module.h, since 5.17 */
#endif

#define LIST	 "/etc/rdinit/modules"
#define NAME_MAX 64 /* MODULE_NAME_LEN is 56 */

/* Kernels before 5.17 know no such flag (EINVAL), later ones may be built without it
 * (EOPNOTSUPP): for the reader both are the same. */
static int load(const struct module_line *line)
{
	int flags = modlist_compression(line->path) == MODULE_COMPRESSED ?
			    MODULE_INIT_COMPRESSED_FILE : 0;
	int fd = sys_open(line->path, O_RDONLY), error;

	if (fd < 0)
		return fd;
	error = sys_finit_module(fd, line->options, flags);
	sys_close(fd);
	return flags && error == -EINVAL ? -EOPNOTSUPP : error;
}

static void keep_failed(struct boot *boot, const char *name, int error)
{
	size_t used = strlen(boot->failed_modules);

	/* The report is one screen: what does not fit was said when it happened. */
	format_text(boot->failed_modules + used, sizeof(boot->failed_modules) - used, " %s (%d)",
		    name, -error);
}

static void load_one(struct boot *boot, const struct module_line *line)
{
	char name[NAME_MAX];
	int error = load(line);

	if (!error)
		boot->modules_loaded++;
	if (!error || error == -EEXIST) /* built in, or loaded by the one before */
		return;
	modlist_name(line->path, name, sizeof(name));
	boot->modules_failed++;
	keep_failed(boot, name, error);
	/* A driver that finds no hardware of its kind says ENODEV: the boot may well need none. */
	if (error == -ENODEV)
		log_say(LOG_INFO, "%s found no hardware (ENODEV)", name);
	else
		log_warn(error, "load %s from %s", name, line->path);
}

int modules_load(struct boot *boot)
{
	static char list[MODULE_LIST_MAX];
	struct module_line line;
	char *rest = list;
	long len = file_read(LIST, list, sizeof(list));

	if (len == -ENOENT)
		return 0;
	if (len < 0)
		return log_err((int)len, "read " LIST);
	while (modlist_next(&rest, &line))
		load_one(boot, &line);
	log_say(LOG_DEBUG, "%d loaded, %d failed", boot->modules_loaded, boot->modules_failed);
	return 0;
}
