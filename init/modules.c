/* modules.c - the image's kernel modules: its list, and what the devices ask for. */
#include <errno.h>

#include "init/boot.h"
#include "init/module.h"
#include "init/pure/modlist.h"
#include "init/sys/file.h"
#include "init/sys/log.h"

#define LIST "/etc/rdinit/modules"

static int load_list(struct boot *boot)
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
		module_load(boot, line.path, line.options);
	return 0;
}

/* The order of the list is the packer's, that of the table what appears. */
int modules_load(struct boot *boot)
{
	int error = load_list(boot);

	drivers_load(boot);
	boot->modules_done = 1;
	log_say(LOG_DEBUG, "%d loaded, %d failed", boot->modules_loaded, boot->modules_failed);
	return error;
}
