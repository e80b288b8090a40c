// SPDX-License-Identifier: MIT
/* scope.c - refuses what an /init that only runs programs does not do. */
#include <errno.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/pure/paths.h"
#include "init/sys/log.h"
#include "init/sys/sys.h"

/* The program may well do without these. */
static void warn(const struct boot *boot)
{
	if (sys_access(DRIVERS_FILE, F_OK) == 0)
		log_print(LOG_WARNING, DRIVERS_FILE ": " INIT_ONLY_RUNS);
	if (boot->settings.modules_load.count)
		log_print(LOG_WARNING, "modules-load=: " INIT_ONLY_RUNS);
	if (boot->settings.keymap)
		log_print(LOG_WARNING, "rdinit.keymap=: " INIT_ONLY_RUNS);
	if (boot->settings.links)
		log_print(LOG_WARNING, "rdinit.links: " INIT_ONLY_RUNS);
}

int scope_check(struct boot *boot)
{
	const char *what = mode_out_of_scope(boot->mode, &boot->settings);

	if (what)
		return log_err(-EOPNOTSUPP, "%s: " INIT_ONLY_RUNS, what);
	warn(boot);
	return 0;
}
